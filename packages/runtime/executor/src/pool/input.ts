/** Everything that can happen to a pool. */

import type { IncomingMessage } from '@wadi/consensus/roothash/messages'
import type { Hash } from '@wadi/primitives/hash'
import type { CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import type { SuggestionBounds } from './suggest.ts'

/** A transaction from a caller of this node, or from a peer. */
export interface SubmitInput {
  readonly kind: 'submit'
  readonly input: Uint8Array
  readonly origin: 'local' | 'remote'
  /** For `answer`: whoever submitted it waits. */
  readonly ticket?: number
  /** Is it not to go into the pool, whatever comes out? */
  readonly isDryRun?: boolean
}

/** The answer to `check`: as many results as there were transactions; undefined if it failed. */
export interface CheckedInput {
  readonly kind: 'checked'
  readonly id: number
  readonly results: readonly CheckTxResult[] | undefined
}

/** A round began. Checks are made upon it once storage has it. */
export interface PoolBlockInput {
  readonly kind: 'block'
  readonly round: bigint
  readonly inMessages: readonly IncomingMessage[]
  /** Zero for as large as it likes. */
  readonly batchSizeBytesMax: bigint
}

/** Storage has a round whole. */
export interface PoolSyncedInput {
  readonly kind: 'synced'
  readonly round: bigint
}

/** The hosted runtime answers, or does not. */
export interface PoolRuntimeInput {
  readonly kind: 'runtime'
  readonly isReady: boolean
}

/** Transactions of a proposal that came from peers. */
export interface ProposeInput {
  readonly kind: 'propose'
  readonly inputs: readonly Uint8Array[]
}

/** Transactions of a proposal stay at hand until the round is over, if they are in the pool. */
export interface HoldInput {
  readonly kind: 'hold'
  readonly hashes: readonly Hash[]
}

/** The round is over. */
export interface ClearProposedInput {
  readonly kind: 'clear-proposed'
}

/** The runtime does not want these; they may become good again. */
export interface RejectInput {
  readonly kind: 'reject'
  readonly hashes: readonly Hash[]
}

/** These were executed, and their round is final. */
export interface UseInput {
  readonly kind: 'use'
  readonly hashes: readonly Hash[]
}

/** A batch begins. */
export interface BeginSessionInput extends SuggestionBounds {
  readonly kind: 'begin-session'
}

/** The runtime asks for more. Answered by `suggested`. */
export interface FetchBatchInput {
  readonly kind: 'fetch-batch'
  readonly id: number
  readonly limit: number
}

/** All that waits is to be checked again. */
export interface RecheckInput {
  readonly kind: 'recheck'
}

/** The answer to `publish`, if nothing was published. */
export interface PublishFailedInput {
  readonly kind: 'publish-failed'
  readonly hashes: readonly Hash[]
}

export type PoolTimer = 'check' | 'publish'

/** A timer that an effect asked for. */
export interface PoolTimeoutInput {
  readonly kind: 'timeout'
  readonly timer: PoolTimer
}

export type PoolInput =
  | SubmitInput
  | CheckedInput
  | PoolBlockInput
  | PoolSyncedInput
  | PoolRuntimeInput
  | ProposeInput
  | HoldInput
  | ClearProposedInput
  | RejectInput
  | UseInput
  | BeginSessionInput
  | FetchBatchInput
  | RecheckInput
  | PublishFailedInput
  | PoolTimeoutInput
