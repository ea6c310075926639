/** Where a node stands in the rounds of a runtime. */

import type {
  CommitmentPool,
  ExecutorCommitment,
  Proposal,
} from '@wadi/consensus/roothash/commitments'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import type { Arena } from '@wadi/mkvs/arena'
import type { Hash } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Verified } from '@wadi/primitives/verified'
import type { ComputedBatch } from '@wadi/runtime-protocol/host-protocol/batches'
import type { ByPriority } from '../pool/mainQueue.ts'
import type { RoundBase } from './base.ts'
import type { UnsignedCommitment } from './effect.ts'
import type { SignedRecord } from './input.ts'

/** What does not change as long as the node lives. */
export interface RoundConfig {
  /** The node's own key. */
  readonly own: PublicKey
  readonly runtimeId: Namespace
  /** Hex of the hash of the genesis document. */
  readonly chainContext: string
  readonly rules: SignatureRules
  /** Is evidence made of what others sign twice? The reference never does. */
  readonly equivocation: 'report' | 'ignore'
  /** Where the trees of batches are hashed; nothing stays in it. */
  readonly arena: Arena
}

/** A proposal, and whose turn it was. */
export interface QueuedProposal {
  readonly proposal: Verified<Proposal>
  readonly rank: bigint
  /**
   * Did its scheduler publish it? Nobody signs the list of transactions: of one that another member
   * passes on nobody knows who has made the list.
   */
  readonly isVouched: boolean
}

/** What the node is about. */
export type Work =
  | { readonly kind: 'waiting' }
  | CollectingWork
  | HeldWork
  | ExecutingWork
  | ApplyingWork

/** Transactions of a proposal are missing. */
export interface CollectingWork extends QueuedProposal {
  readonly kind: 'collecting'
  /** In the order of the proposal. */
  readonly batch: readonly (Uint8Array | undefined)[]
  readonly sizeBytes: number
  /** How often peers were asked in vain. */
  readonly attempts: number
}

/** A backup worker has the batch, and waits for a discrepancy. */
export interface HeldWork extends QueuedProposal {
  readonly kind: 'held'
  readonly batch: readonly Uint8Array[]
}

/** The runtime executes; without a proposal it makes a batch for ours. */
export interface ExecutingWork {
  readonly kind: 'executing'
  readonly id: number
  readonly rank: bigint
  readonly proposal: Verified<Proposal> | undefined
  /** Is it a batch of ours that is made for the sake of transactions only? */
  readonly isForTransactions: boolean
}

/** The results are being stored; then they are committed to. */
export interface ApplyingWork {
  readonly kind: 'applying'
  readonly id: number
  readonly rank: bigint
  readonly schedulerId: PublicKey
  readonly computed: ComputedBatch
  /** The transactions, in the order of the batch. */
  readonly txHashes: readonly Hash[]
}

/** A commitment on its way, and how many blocks were without it. */
export interface UnseenCommitment {
  readonly commitment: UnsignedCommitment
  readonly blocks: number
}

/** A batch of ours came to nothing: how the next one is to be smaller. */
export interface Retreat {
  /** How many transactions the runtime is given. */
  readonly countMax: number
  /** The only transaction of a batch that was too much. */
  readonly suspect: Suspect | undefined
  /** Are they twice as many if nothing is taken of them? */
  readonly mayGrow?: boolean
}

/** A transaction that may be too much alone, and how many were given before it. */
export interface Suspect {
  readonly hash: Hash
  readonly place: number
}

/** The committee does not agree on what the scheduler of this rank proposed. */
export interface Discrepancy {
  readonly rank: bigint
  /** Does the consensus layer say so, or do we only expect it to? */
  readonly source: 'consensus' | 'prediction'
}

/** A round in which the node has a part. */
export interface Round {
  readonly base: RoundBase
  readonly committee: Committee
  /** The hash of the block before. */
  readonly previousHash: Hash
  readonly number: bigint
  readonly role: { readonly isWorker: boolean; readonly isBackupWorker: boolean }
  /** `RANK_NONE` for whoever may not schedule. */
  readonly ownRank: bigint
  /** The best scheduler that is known to have committed; `RANK_NONE` if none has. */
  readonly poolRank: bigint
  /** Up to which rank schedulers have their turn. It grows with time. */
  readonly allowance: bigint
  /** Has nothing happened for so long that a block is made in any case? */
  readonly isFlushed: boolean
  /** Has the runtime failed just now? Then it is given some time. */
  readonly isResting: boolean
  readonly discrepancy: Discrepancy | undefined
  /** What backup workers know of others' commitments. */
  readonly pool: CommitmentPool
  readonly signed: SignedRecord
  /** Of the ranks that were committed to before a crash, those that may never have got out. */
  readonly unsure: ReadonlySet<bigint>
  /** By rank, what we committed to and was in no block yet, and blocks since. */
  readonly unseen: ReadonlyMap<bigint, UnseenCommitment>
  /** Ranks whose proposals can never be executed. */
  readonly refused: ReadonlySet<bigint>
  /** Ranks whose proposals we gave up for those of the next; see `passOver`. */
  readonly passed: ReadonlySet<bigint>
  /** How often the proposal of a rank could not be executed. */
  readonly failures: ReadonlyMap<bigint, number>
  /** Undefined as long as no batch of ours was too much. */
  readonly retreat: Retreat | undefined
  readonly work: Work
  /** What we committed to last. */
  readonly committed: { readonly ioRoot: Hash; readonly txHashes: readonly Hash[] } | undefined
  /** By node and scheduler, what was committed first; without messages. */
  readonly witnessed: ReadonlyMap<string, ExecutorCommitment>
}

/** The machine's state. */
export interface RoundState {
  readonly config: RoundConfig
  /** In the order of round and rank. */
  readonly proposals: readonly QueuedProposal[]
  /** The last block; undefined before the first. */
  readonly base: RoundBase | undefined
  /** The last round that local storage has whole. */
  readonly syncedRound: bigint | undefined
  /** Is an epoch about to begin? */
  readonly isEpochNext: boolean
  /** How many transactions the runtime wants at first; undefined while it does not answer. */
  readonly initialBatchSize: number | undefined
  /** With what our last batch could have begun, if the runtime took nothing of it. */
  readonly declined: ByPriority | undefined
  /**
   * So many transactions our runtime is given for a batch even if they do not fit, as it passes
   * over what it does not take.
   */
  readonly reach: number
  /** What was signed before the node started. */
  readonly signedBefore: SignedRecord | undefined
  /** Undefined where the node has no part in the round. */
  readonly round: Round | undefined
  /** Of the last call of the runtime or the storage. */
  readonly lastId: number
}

/** The state of a node that has just started. */
export function startRounds(
  config: RoundConfig,
  signedBefore: SignedRecord | undefined,
): RoundState {
  return {
    config,
    proposals: [],
    base: undefined,
    syncedRound: undefined,
    isEpochNext: false,
    initialBatchSize: undefined,
    declined: undefined,
    reach: 0,
    signedBefore,
    round: undefined,
    lastId: 0,
  }
}
