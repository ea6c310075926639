/** How far the storage of a runtime has come. */

import type { WriteLog } from '@wadi/mkvs/roots'
import type { Hash } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import type { OfferedCheckpoint } from './input.ts'

/** The roots of a round. */
export interface SyncedRoots {
  readonly round: bigint
  readonly ioRoot: Hash
  readonly stateRoot: Hash
}

/** What storage begins with. */
export interface SyncStart {
  readonly namespace: Namespace
  readonly genesisRound: bigint
  /** The last round that is final here; undefined if not even the first state is here. */
  readonly last: SyncedRoots | undefined
  /**
   * `wanted`: nothing was fetched yet, and a checkpoint may be faster. `off`: rounds are fetched
   * one by one; if there is nothing to begin with, from the checkpoint of the first round.
   */
  readonly checkpoints: 'wanted' | 'off'
}

/** How far a tree of a round is. */
export type TreeProgress =
  | { readonly kind: 'needed' }
  | { readonly kind: 'fetching' }
  /** Undefined changes: the tree was here already. */
  | {
      readonly kind: 'fetched'
      readonly writeLog: WriteLog | undefined
      readonly peer: string | undefined
    }
  | { readonly kind: 'applying'; readonly peer: string | undefined }
  | { readonly kind: 'applied' }

/** A round on its way. */
export interface RoundProgress {
  readonly io: TreeProgress
  readonly state: TreeProgress
}

/** A checkpoint that is being restored. */
export interface RestoringTree {
  readonly checkpoint: OfferedCheckpoint
  /** The chunk that is asked for next. */
  readonly next: number
  /** Chunks to ask for again. */
  readonly again: readonly number[]
  readonly inFlight: ReadonlySet<number>
  readonly failures: ReadonlyMap<number, number>
}

/** From checkpoints to a round that is whole. */
export interface Restore {
  readonly step: 'listing' | 'checking' | 'restoring' | 'finalizing' | 'pausing'
  /** How often it came to nothing. */
  readonly attempts: number
  /** The best first. */
  readonly candidates: readonly OfferedCheckpoint[]
  /** Of the round whose trees are being restored. */
  readonly roots: SyncedRoots | undefined
  readonly hasIo: boolean
  readonly hasState: boolean
  readonly tree: RestoringTree | undefined
}

export interface SyncState {
  readonly start: SyncStart
  /** The last round of the consensus layer. */
  readonly latest: bigint | undefined
  /** The last round whose trees are here; undefined while there is nothing to begin with. */
  readonly applied: SyncedRoots | undefined
  readonly finalized: bigint | undefined
  /** Of rounds after the last applied one. */
  readonly roots: ReadonlyMap<bigint, SyncedRoots>
  readonly rounds: ReadonlyMap<bigint, RoundProgress>
  /** Applied and not final. */
  readonly pending: readonly SyncedRoots[]
  readonly isFinalizing: boolean
  readonly isReading: boolean
  /** Local storage has failed: nothing is fetched before the next block, or the next heartbeat. */
  readonly isResting: boolean
  readonly isAvailable: boolean
  readonly heartbeatMs: number
  /** How often in a row nobody had the changes of the next round. */
  readonly nextFailures: number
  /** Undefined: rounds are followed. */
  readonly restore: Restore | undefined
  readonly isStopped: boolean
}
