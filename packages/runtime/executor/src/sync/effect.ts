/** What is to be done with storage, and with peers. Answers come back as inputs. */

import type { Root, RootType, WriteLog } from '@wadi/mkvs/roots'
import type { OfferedCheckpoint, SyncTimer } from './input.ts'

/** Read headers of these rounds from the history. Answered by `headers`. */
export interface ReadHeadersEffect {
  readonly kind: 'read-headers'
  readonly rounds: readonly bigint[]
}

/** Look whether a tree is there; else ask a peer what leads to it. Answered by `diff`. */
export interface FetchDiffEffect {
  readonly kind: 'fetch-diff'
  readonly round: bigint
  readonly from: Root
  readonly to: Root
  readonly deadlineMs: number
}

/** Apply changes, and see whether they lead to the root. Answered by `applied`. */
export interface ApplyEffect {
  readonly kind: 'apply'
  readonly round: bigint
  readonly type: RootType
  readonly from: Root
  readonly to: Root
  readonly writeLog: WriteLog
}

/** Make both trees of a round final: all others of it go. Answered by `finalized`. */
export interface FinalizeEffect {
  readonly kind: 'finalize'
  readonly round: bigint
  readonly roots: readonly Root[]
}

/** A round is whole and final. Waits for it are over; a checkpoint may be due. */
export interface SyncedEffect {
  readonly kind: 'synced'
  readonly round: bigint
}

/** Is the node close enough behind to be of use? */
export interface SetAvailabilityEffect {
  readonly kind: 'set-availability'
  readonly isAvailable: boolean
}

/** What a peer was worth. */
export interface FeedbackEffect {
  readonly kind: 'feedback'
  readonly peer: string
  readonly verdict: 'good' | 'failed' | 'bad'
}

/** Ask peers for their checkpoints. Answered by `checkpoints`. */
export interface ListCheckpointsEffect {
  readonly kind: 'list-checkpoints'
  readonly deadlineMs: number
}

/** Begin to restore the trees of a round; whatever of another round was restored is dropped. */
export interface BeginRestoreEffect {
  readonly kind: 'begin-restore'
  readonly round: bigint
}

/** Get ready for the chunks of a tree; those of a tree that was not completed are dropped. */
export interface RestoreTreeEffect {
  readonly kind: 'restore-tree'
  readonly checkpoint: OfferedCheckpoint
}

/** Ask peers that have the checkpoint, and restore what they give. Answered by `chunk`. */
export interface FetchChunkEffect {
  readonly kind: 'fetch-chunk'
  readonly checkpoint: OfferedCheckpoint
  readonly index: number
  readonly deadlineMs: number
}

/** Whatever was restored and did not become final is dropped. */
export interface AbortRestoreEffect {
  readonly kind: 'abort-restore'
}

/** Of one name there is one timer, and the last call counts. */
export interface SetSyncTimerEffect {
  readonly kind: 'set-timer'
  readonly timer: SyncTimer
  readonly afterMs: number
}

/** Local storage is broken: nothing can go on. */
export interface StopEffect {
  readonly kind: 'stop'
  readonly why: string
}

export type SyncEffect =
  | ReadHeadersEffect
  | FetchDiffEffect
  | ApplyEffect
  | FinalizeEffect
  | SyncedEffect
  | SetAvailabilityEffect
  | FeedbackEffect
  | ListCheckpointsEffect
  | BeginRestoreEffect
  | RestoreTreeEffect
  | FetchChunkEffect
  | AbortRestoreEffect
  | SetSyncTimerEffect
  | StopEffect
