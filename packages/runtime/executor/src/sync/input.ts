/** Everything that can happen to the storage of a runtime. */

import type { Header } from '@wadi/consensus/roothash/block'
import type { Root, RootType, WriteLog } from '@wadi/mkvs/roots'
import type { Hash } from '@wadi/primitives/hash'

/** A block of the runtime is final on the consensus layer. */
export interface NewBlockInput {
  readonly kind: 'new-block'
  readonly header: Header
}

/** The answer to `read-headers`: those that the history has. */
export interface HeadersInput {
  readonly kind: 'headers'
  readonly headers: readonly Header[]
}

/**
 * The answer to `fetch-diff`. `present`: local storage has the tree. A peer's word: nobody vouches
 * for it.
 */
export interface DiffInput {
  readonly kind: 'diff'
  readonly round: bigint
  readonly type: RootType
  readonly outcome:
    | { readonly kind: 'present' }
    | { readonly kind: 'fetched'; readonly writeLog: WriteLog; readonly peer: string }
    | { readonly kind: 'failed' }
}

/** The answer to `apply`. */
export interface AppliedInput {
  readonly kind: 'applied'
  readonly round: bigint
  readonly type: RootType
  readonly outcome: 'applied' | 'other-root' | 'failed'
}

/** The answer to `finalize`. */
export interface FinalizedInput {
  readonly kind: 'finalized'
  readonly round: bigint
  readonly outcome: 'final' | 'failed'
}

/** A checkpoint, and who has it. */
export interface OfferedCheckpoint {
  readonly root: Root
  /** The digests of its chunks. */
  readonly chunks: readonly Hash[]
  readonly peers: readonly string[]
}

/** The answer to `list-checkpoints`; undefined if nobody answered. */
export interface CheckpointsInput {
  readonly kind: 'checkpoints'
  readonly checkpoints: readonly OfferedCheckpoint[] | undefined
}

/**
 * The answer to `fetch-chunk`. `complete`: with this one the tree is there. `unavailable`: nobody
 * gave it. `corrupted`: it is not what its digest says. `wrong`: its proof does not lead to the
 * root, so that the checkpoint is a lie. `failed`: local storage failed.
 */
export interface ChunkInput {
  readonly kind: 'chunk'
  readonly root: Root
  readonly index: number
  /** Who gave it. */
  readonly peer?: string
  readonly outcome: 'restored' | 'complete' | 'unavailable' | 'corrupted' | 'wrong' | 'failed'
}

export type SyncTimer = 'heartbeat' | 'restore'

/** A timer that an effect asked for. */
export interface SyncTimeoutInput {
  readonly kind: 'timeout'
  readonly timer: SyncTimer
}

export type SyncInput =
  | NewBlockInput
  | HeadersInput
  | DiffInput
  | AppliedInput
  | FinalizedInput
  | CheckpointsInput
  | ChunkInput
  | SyncTimeoutInput
