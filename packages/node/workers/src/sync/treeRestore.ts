/** Trees of a round out of the chunks of checkpoints, as these come. */

import { equalBytes } from '@wadi/base/bytes'
import { assert, CodedError, isTold } from '@wadi/base/errors'
import { digestOf } from '@wadi/mkvs/checkpoint/chunk'
import { CHECKPOINT_VERSION, type Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { missingChunks, type RestoreState } from '@wadi/mkvs/checkpoint/restore'
import { finish, resumeState, takeIn } from '@wadi/node-storage/checkpoint-restore'
import type { NodeDatabase } from '@wadi/node-storage/node-database'
import type { ChunkInput, OfferedCheckpoint } from '@wadi/runtime-executor/sync/input'

/** The metadata of a checkpoint that somebody offers. */
export function metadataOf({ root, chunks }: OfferedCheckpoint): Metadata {
  return { version: CHECKPOINT_VERSION, root, chunks }
}

/** See the top of this file. */
export class TreeRestore {
  readonly #database: NodeDatabase
  #state: RestoreState | undefined

  constructor(database: NodeDatabase) {
    this.#database = database
  }

  /** Begins with a round; whatever was restored of another one is dropped. */
  begin(round: bigint): void {
    this.abort()
    this.#database.beginRestore(round)
  }

  /** The next chunks are of this checkpoint. */
  beginTree(checkpoint: OfferedCheckpoint): void {
    this.#state = resumeState(this.#database, metadataOf(checkpoint))
  }

  /** Takes a chunk in; what came of it. */
  take(index: number, bytes: Uint8Array): ChunkInput['outcome'] {
    const state = this.#state
    assert(state !== undefined, 'a chunk is of a tree')
    const digest = state.metadata.chunks[index]
    assert(digest !== undefined, 'a chunk is one of those of its checkpoint')
    if (!equalBytes(digestOf(bytes), digest)) return 'corrupted'
    try {
      this.#state = takeIn(this.#database, state, { index, bytes })
    } catch (error) {
      return outcomeOf(error)
    }
    return this.#complete()
  }

  /** Drops everything that was restored and is not final. */
  abort(): void {
    this.#state = undefined
    this.#database.abortRestore()
  }

  #complete(): ChunkInput['outcome'] {
    const state = this.#state
    if (state === undefined || missingChunks(state).length > 0) return 'restored'
    try {
      finish(this.#database, state)
    } catch (error) {
      return outcomeOf(error)
    }
    this.#state = undefined
    return 'complete'
  }
}

/** What is refused was not what it said; anything else that is told is our own trouble. */
function outcomeOf(error: unknown): 'wrong' | 'failed' {
  if (!isTold(error)) throw error
  return error instanceof CodedError ? 'wrong' : 'failed'
}
