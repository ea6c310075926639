/**
 * What the machine wants done. The shell carries effects out in their order; answers come back as
 * inputs.
 */

import type {
  ExecutorCommitment,
  Proposal,
  ProposalHeader,
} from '@wadi/consensus/roothash/commitments'
import type { Evidence } from '@wadi/consensus/roothash/methods'
import type { WriteLog } from '@wadi/mkvs/roots'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Hash } from '@wadi/primitives/hash'
import type { PoolInput } from '../pool/input.ts'
import type { RoundBase } from './base.ts'
import type { RoundTimer, SignedRecord } from './input.ts'

/** A proposal before it is signed. */
export interface UnsignedProposal {
  readonly header: ProposalHeader
  readonly batch: Proposal['batch']
}

/** A commitment before it is signed. */
export type UnsignedCommitment = Omit<ExecutorCommitment, 'nodeId' | 'sig'>

/** A timer by this name; of one name there is one in a round, and the last call counts. */
export interface SetTimerEffect {
  readonly kind: 'set-timer'
  readonly round: bigint
  readonly timer: RoundTimer
  readonly afterMs: number
}

/**
 * Call the runtime, and answer with `executed`. At the deadline the runtime is aborted. A call is
 * never interrupted for another reason: an answer that nobody waits for any more is ignored.
 */
export interface ExecuteEffect {
  readonly kind: 'execute'
  readonly id: number
  readonly mode: 'execute' | 'schedule'
  readonly base: RoundBase
  readonly inputs: readonly Uint8Array[]
  /** The root over the inputs; undefined where the runtime makes the batch. */
  readonly inputRoot: Hash | undefined
  readonly deadlineMs: number
}

/** Trees after the round, as the runtime says; the I/O tree begins empty. */
export interface ApplyEffect {
  readonly kind: 'apply'
  readonly id: number
  readonly base: RoundBase
  readonly ioWriteLog: WriteLog
  readonly ioRoot: Hash
  readonly stateWriteLog: WriteLog
  readonly stateRoot: Hash
}

/** Make it durable before anything that follows leaves. */
export interface RememberEffect {
  readonly kind: 'remember'
  readonly record: SignedRecord
}

/** Sign with the node's key, and publish to the committee. */
export interface ProposeEffect {
  readonly kind: 'propose'
  readonly epoch: Epoch
  readonly proposal: UnsignedProposal
}

/**
 * Sign with the node's key, and submit as a transaction, in the background; answer with
 * `commit-failed` if it cannot be done.
 */
export interface CommitEffect {
  readonly kind: 'commit'
  readonly commitment: UnsignedCommitment
}

/** Ask peers, one after the other if need be, and answer with `fetched`. */
export interface FetchTransactionsEffect {
  readonly kind: 'fetch-transactions'
  readonly round: bigint
  readonly hashes: readonly Hash[]
}

/** Have the runtime follow the consensus layer up to here. */
export interface SyncRuntimeEffect {
  readonly kind: 'sync-runtime'
  readonly height: bigint
}

/** Somebody said two things about one round. Whoever submits it may be rewarded. */
export interface ReportEquivocationEffect {
  readonly kind: 'report-equivocation'
  readonly evidence: Evidence
}

/** Something for the pool of transactions. */
export interface PoolEffect {
  readonly kind: 'pool'
  readonly input: PoolInput
}

/** For logs and metrics only. */
export interface TraceEffect {
  readonly kind: 'trace'
  readonly what: string
  readonly round: bigint
  readonly rank?: bigint
}

export type RoundEffect =
  | SetTimerEffect
  | ExecuteEffect
  | ApplyEffect
  | RememberEffect
  | ProposeEffect
  | CommitEffect
  | FetchTransactionsEffect
  | SyncRuntimeEffect
  | ReportEquivocationEffect
  | PoolEffect
  | TraceEffect
