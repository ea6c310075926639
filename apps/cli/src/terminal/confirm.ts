/** Nothing is sent, shown or removed before somebody has agreed. */

import { errors } from '../errors.ts'
import type { Terminal } from './terminal.ts'

/** Who can be asked, or that everything is agreed to. */
export interface ConfirmTerms {
  readonly terminal: Terminal
  readonly isAgreed: boolean
}

const YES = /^y(es)?$/i
const NO = /^no?$/i
const TRIES_MAX = 3

/** Goes on if somebody agrees; without a terminal only if that was said before. */
export async function requireAgreement(question: string, terms: ConfirmTerms): Promise<void> {
  if (terms.isAgreed) return
  if (!terms.terminal.isPresent)
    throw errors.notAgreed('nobody is at a terminal to agree; say --yes if it is to be done')
  for (let i = 0; i < TRIES_MAX; i++) {
    const answer = (await terms.terminal.ask(`${question} [y/n] `)).trim()
    if (YES.test(answer)) return
    if (NO.test(answer)) break
  }
  throw errors.notAgreed('nothing was done; answer y, or say --yes, if it is to be done')
}
