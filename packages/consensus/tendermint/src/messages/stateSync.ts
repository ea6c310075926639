/** What nodes say that fetch a state of the application, or have one. */

import { definePlainErrors } from '@wadi/base/errors'
import type { Infer } from '@wadi/protobuf/codec'
import { field, message } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { bool, bytes, uint32, uint64 } from '@wadi/protobuf/scalars'
import { SNAPSHOT_CHUNKS_MAX } from '../limits.ts'

const errors = definePlainErrors('stateSyncMessage', {
  noHeight: 'of no height',
  noHash: 'a snapshot has a hash',
  badChunks: 'a snapshot of too few or too many chunks',
  badChunk: 'a chunk has something in it, unless it is missing',
})

/** Which chunk of which snapshot. */
const ChunkRequest = message({
  height: field(1, uint64),
  format: field(2, uint32),
  index: field(3, uint32),
})

const ChunkResponse = message({
  height: field(1, uint64),
  format: field(2, uint32),
  index: field(3, uint32),
  chunk: field(4, bytes),
  missing: field(5, bool),
})

const SnapshotsResponse = message({
  height: field(1, uint64),
  format: field(2, uint32),
  chunks: field(3, uint32),
  hash: field(4, bytes),
  metadata: field(5, bytes),
})

/** A request or an answer. */
export const StateSyncMessage = oneOf({
  'snapshots-request': field(1, message({})),
  snapshot: field(2, SnapshotsResponse),
  'chunk-request': field(3, ChunkRequest),
  chunk: field(4, ChunkResponse),
})
export type StateSyncMessage = Infer<typeof StateSyncMessage>

function checkSnapshot({ height, hash, chunks }: Infer<typeof SnapshotsResponse>): void {
  if (height === 0n) throw errors.noHeight()
  if (hash.length === 0) throw errors.noHash()
  if (chunks === 0 || chunks > SNAPSHOT_CHUNKS_MAX) throw errors.badChunks(`${chunks}`)
}

/** Refuses what no honest node says. */
export function checkStateSyncMessage(said: StateSyncMessage): void {
  switch (said.kind) {
    case 'snapshots-request':
      return
    case 'snapshot':
      checkSnapshot(said.body)
      return
    case 'chunk-request':
      if (said.body.height === 0n) throw errors.noHeight()
      return
    case 'chunk':
      if (said.body.height === 0n) throw errors.noHeight()
      if (said.body.missing === said.body.chunk.length > 0) throw errors.badChunk()
      return
  }
}
