/** Numbers that people give. */

import { errors } from '../errors.ts'

const WHOLE = /^\d{1,18}$/
const FLAG = /^\d{1,19}$/

/** What a flag says; undefined where nothing is given. */
export function parseFlag(name: string, text: string): bigint | undefined {
  if (text === '') return undefined
  if (FLAG.test(text)) return BigInt(text)
  throw errors.badValue(`--${name} is ${JSON.stringify(text)}; give a whole number, such as 2000`)
}

/** The height of a block. */
export function parseHeight(text: string): bigint {
  if (WHOLE.test(text) && BigInt(text) > 0n) return BigInt(text)
  throw errors.badValue(`${JSON.stringify(text)} is no height; give a number from 1 on, such as 42`)
}

/** The number of a proposal. */
export function parseProposalId(text: string): bigint {
  if (WHOLE.test(text) && BigInt(text) > 0n) return BigInt(text)
  throw errors.badValue(
    `${JSON.stringify(text)} is no number of a proposal; see wadi governance proposals for those that there are`,
  )
}

/** The number of a ParaTime's round. */
export function parseRound(text: string): bigint {
  if (WHOLE.test(text)) return BigInt(text)
  throw errors.badValue(`${JSON.stringify(text)} is no number of a round; give one such as 42`)
}
