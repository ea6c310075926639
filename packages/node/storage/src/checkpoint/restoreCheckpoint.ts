/** Restoring a tree from a checkpoint: fetched side by side, taken in one after the other. */

import { equalBytes, joinBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import {
  finishRestore,
  missingChunks,
  type RestoreState,
  restoreChunk,
  startRestore,
} from '@wadi/mkvs/checkpoint/restore'
import { EMPTY_HASH, type Root } from '@wadi/mkvs/roots'
import { CHUNK_FETCHES_MAX } from '../limits.ts'
import { ByteReader, ByteWriter } from '../nodedb/byteWriter.ts'
import type { NodeDatabase } from '../nodedb/nodeDatabase.ts'

/** What is restored, into what, and where the chunks come from. */
export interface RestorePlan {
  readonly database: NodeDatabase
  readonly metadata: Metadata
  /** Gets one chunk, from a peer or a folder. Whether it is the right one is checked here. */
  readonly fetchChunk: (index: number) => Promise<Uint8Array>
  /** How many chunks may be under way at the same time. */
  readonly fetches: number
}

/**
 * Restores one root. When this returns, the root is a candidate of its version; after all roots of
 * it are there the caller finalizes them together. A bad chunk or a failed fetch ends the call,
 * and what was taken in stays: the next call goes on, perhaps with other peers.
 */
export async function restoreCheckpoint(plan: RestorePlan): Promise<Root> {
  const { database, metadata, fetchChunk, fetches } = plan
  assert(fetches >= 1 && fetches <= CHUNK_FETCHES_MAX, 'storage: so many fetches are not allowed')
  database.beginRestore(metadata.root.version)
  let state = resumeState(database, metadata)
  const missing = missingChunks(state).values()
  let failure: { readonly error: unknown } | undefined
  const work = async (): Promise<void> => {
    for (const index of missing) {
      const bytes = await fetchChunk(index)
      if (failure !== undefined) return
      state = takeIn(database, state, { index, bytes })
    }
  }
  const guarded = (): Promise<void> =>
    work().catch((error: unknown) => {
      failure ??= { error }
    })
  // All of them have ended when this does: nobody writes behind the caller's back.
  await Promise.all(Array.from({ length: fetches }, guarded))
  if (failure !== undefined) throw failure.error
  return finish(database, state)
}

/** Checks a chunk and stores what it brings; throws the reference's words for one that is wrong. */
export function takeIn(
  database: NodeDatabase,
  state: RestoreState,
  chunk: { readonly index: number; readonly bytes: Uint8Array },
): RestoreState {
  const step = restoreChunk(state, { ...chunk, baseAddress: database.nextAddress })
  const nodes = joinBytes(step.records)
  database.storePiece(nodes, encodeNote(step.state, chunk.index))
  return step.state
}

/** Makes the root a candidate of its version; all of its chunks have been taken in. */
export function finish(database: NodeDatabase, state: RestoreState): Root {
  const { root, rootAddress } = finishRestore(state)
  if (database.hasRoot(root)) return root
  const previous = { ...root, hash: EMPTY_HASH }
  const nothing = { records: new Uint8Array(0), removed: [], writeLog: undefined }
  const commit = { root, rootAddress, ...nothing }
  database.commit({ commit, previous, baseAddress: database.nextAddress })
  return root
}

/** Root type ‖ root hash ‖ chunk ‖ what is still open above the nodes that are stored. */
function encodeNote({ metadata, spine }: RestoreState, index: number): Uint8Array {
  const writer = new ByteWriter()
  writer.u8(metadata.root.type)
  writer.raw(metadata.root.hash)
  writer.u32(index)
  writer.u32(spine.length)
  for (const entry of spine) {
    writer.u8(entry === undefined ? 0 : 1)
    if (entry !== undefined) writer.sized(entry)
  }
  return writer.finish()
}

/** Where an earlier restore of the same root ended. */
export function resumeState(database: NodeDatabase, metadata: Metadata): RestoreState {
  const { root } = metadata
  const done: number[] = []
  let { spine } = startRestore(metadata)
  for (const { note } of database.restoredPieces()) {
    const reader = new ByteReader(note)
    const type = reader.u8()
    if (type !== root.type || !equalBytes(reader.raw(32), root.hash)) continue
    done.push(reader.u32())
    const count = reader.checkCount(reader.u32(), 1)
    spine = Array.from({ length: count }, () => (reader.u8() === 0 ? undefined : reader.sized()))
  }
  return { metadata, done: done.sort((a, b) => a - b), spine }
}
