/** Which failures of a transaction may pass, so that it is tried again. */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import { errors as consensusErrors, transactionErrors } from '@wadi/consensus/consensus/errors'

const PASSING = [
  consensusErrors.noCommittedBlocks(),
  transactionErrors.invalidNonce(),
  transactionErrors.upgradePending(),
]

/**
 * What our own mempool and API say when they are full; they have no codes of their own. The
 * reference does not try again then, and so loses an epoch to a full mempool.
 */
const PASSING_REASONS: ReadonlySet<string> = new Set([
  'cometbft.mempool',
  'nodeApi.evicted',
  'nodeApi.tooManyWaiters',
])

/** May it work later what failed with this? Nothing may that is no failure of others. */
export function mayPass(error: unknown): boolean {
  if (error instanceof UnavailableError) return true
  if (!(error instanceof CodedError)) return false
  const isKnown = PASSING.some(({ module, code }) => error.module === module && error.code === code)
  return isKnown || PASSING_REASONS.has(error.reason)
}
