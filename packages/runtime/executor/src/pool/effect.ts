/** What the pool wants done. */

import type { CodedError } from '@wadi/base/errors'
import type { TransactionError } from '@wadi/consensus/consensus/api'
import type { Hash } from '@wadi/primitives/hash'
import type { PoolTimer } from './input.ts'

/** What became of a transaction. */
export type SubmitOutcome =
  | { readonly kind: 'accepted' }
  /** It was not checked: the call fails, which says nothing of the transaction. */
  | { readonly kind: 'not-taken'; readonly error: CodedError }
  /** It was checked, and is not good. */
  | { readonly kind: 'refused'; readonly error: TransactionError }

/** Tell whoever submitted a transaction. */
export interface AnswerEffect {
  readonly kind: 'answer'
  readonly ticket: number
  readonly outcome: SubmitOutcome
}

/**
 * Have the runtime check transactions upon the last block, and answer with `checked`. At the
 * deadline the runtime is aborted.
 */
export interface CheckEffect {
  readonly kind: 'check'
  readonly id: number
  readonly inputs: readonly Uint8Array[]
  readonly deadlineMs: number
}

/** Publish transactions to everybody. */
export interface PublishEffect {
  readonly kind: 'publish'
  readonly transactions: readonly { readonly input: Uint8Array; readonly hash: Hash }[]
}

/**
 * Transactions are good that were not here before, or something can be scheduled again: a round
 * may wait for it.
 */
export interface AvailableEffect {
  readonly kind: 'available'
  readonly inputs: readonly Uint8Array[]
}

/** The answer to `fetch-batch`. */
export interface SuggestedEffect {
  readonly kind: 'suggested'
  readonly id: number
  readonly inputs: readonly Uint8Array[]
}

/** Of one name there is one timer, and the last call counts. */
export interface SetPoolTimerEffect {
  readonly kind: 'set-pool-timer'
  readonly timer: PoolTimer
  readonly afterMs: number
}

export type PoolEffect =
  | AnswerEffect
  | CheckEffect
  | PublishEffect
  | AvailableEffect
  | SuggestedEffect
  | SetPoolTimerEffect
