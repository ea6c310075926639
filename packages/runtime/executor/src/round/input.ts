/** Everything that can happen to a round: the machine knows of nothing else. */

import type { ExecutorCommitment, Proposal } from '@wadi/consensus/roothash/commitments'
import type { Hash } from '@wadi/primitives/hash'
import type { Verified } from '@wadi/primitives/verified'
import type { ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import type { RoundBase } from './base.ts'
import type { UnsignedCommitment } from './effect.ts'

/**
 * A block of the runtime is final: the round before is over, whatever became of it. Nothing is
 * decided yet: the pool has to hear of it first; `wake` follows.
 */
export interface NewBlockInput {
  readonly kind: 'new-block'
  readonly base: RoundBase
}

/** Time to decide: the pool has changed. */
export interface WakeInput {
  readonly kind: 'wake'
}

/** State and inputs of a round are in local storage. */
export interface RoundSyncedInput {
  readonly kind: 'round-synced'
  readonly round: bigint
}

/** The consensus layer has a block more. */
export interface ConsensusBlockInput {
  readonly kind: 'consensus-block'
  readonly height: bigint
  /** Does the next block begin an epoch? Then whatever is proposed is lost. */
  readonly isEpochNext: boolean
}

/** The hosted runtime answers; or, without a size, it does not. */
export interface RuntimeStatusInput {
  readonly kind: 'runtime-status'
  /** How many transactions it wants to begin a batch with. */
  readonly initialBatchSize: number | undefined
}

/** A proposal that `admitProposal` accepted. */
export interface ProposalInput {
  readonly kind: 'proposal'
  readonly proposal: Verified<Proposal>
  readonly rank: bigint
  /** See the queue of proposals. */
  readonly isVouched: boolean
}

/** Transactions that were checked, or that came from peers. Nobody vouches for those. */
export interface TransactionsInput {
  readonly kind: 'transactions'
  readonly inputs: readonly Uint8Array[]
}

/** The answer to `fetch-transactions`: what peers had, nothing if none answered. */
export interface FetchedInput {
  readonly kind: 'fetched'
  readonly round: bigint
  readonly inputs: readonly Uint8Array[]
}

/** The answer to `execute`: what the runtime said; undefined if it failed, or was aborted. */
export interface ExecutedInput {
  readonly kind: 'executed'
  readonly id: number
  readonly response: ExecuteTxBatchResponse | undefined
}

/** The answer to `apply`. */
export interface AppliedInput {
  readonly kind: 'applied'
  readonly id: number
  /** Are both trees durable, and have they the roots that the runtime said? */
  readonly outcome: 'durable' | 'failed'
}

/** A commitment was submitted in vain. Of one that gets into a block `commitment` tells. */
export interface CommitFailedInput {
  readonly kind: 'commit-failed'
  readonly commitment: UnsignedCommitment
}

/** Somebody committed: in a block, or so far only in the mempool, where nothing was verified. */
export interface CommitmentInput {
  readonly kind: 'commitment'
  readonly commitment: ExecutorCommitment
  readonly seen: 'block' | 'mempool'
}

/** The consensus layer says that the committee does not agree. */
export interface DiscrepancyInput {
  readonly kind: 'discrepancy'
  readonly height: bigint
  readonly round: bigint
  readonly rank: bigint
}

/** A timer of a round, by its name. */
export type RoundTimer = 'flush' | 'rank' | 'fetch' | 'retry'

/** A timer that an effect asked for. One of another round does nothing. */
export interface TimeoutInput {
  readonly kind: 'timeout'
  readonly round: bigint
  readonly timer: RoundTimer
}

export type RoundInput =
  | NewBlockInput
  | WakeInput
  | RoundSyncedInput
  | ConsensusBlockInput
  | RuntimeStatusInput
  | ProposalInput
  | TransactionsInput
  | FetchedInput
  | ExecutedInput
  | AppliedInput
  | CommitFailedInput
  | CommitmentInput
  | DiscrepancyInput
  | TimeoutInput

/**
 * What we have signed in a round: after a crash nothing else may be signed in it. With the last two
 * fields the same may be signed once more, in case it never got out.
 */
export interface SignedRecord {
  readonly round: bigint
  /** The batch that we proposed, if we did. */
  readonly batchHash: Hash | undefined
  /** The ranks of the schedulers to whose proposals we committed. */
  readonly ranks: readonly bigint[]
  /** The transactions of our batch. */
  readonly batch?: readonly Hash[]
  /** For each of the ranks, the hash of what was signed. */
  readonly votes?: readonly Hash[]
}
