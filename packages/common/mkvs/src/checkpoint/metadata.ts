/** What a checkpoint says about itself; its CBOR hash is what two peers compare. */

import { list } from '@wadi/cbor/collections'
import { u16, u64 } from '@wadi/cbor/scalars'
import type { Infer } from '@wadi/cbor/schema'
import { struct } from '@wadi/cbor/struct'
import { errors } from '../errors.ts'
import { CHUNK_COUNT_MAX } from '../limits.ts'
import { toRoot, WireRoot } from '../syncer.ts'
import { WireHash } from '../wireHash.ts'

/** The only version of the format. */
export const CHECKPOINT_VERSION = 1

/** One checkpoint: a root and the digests of the chunks that lead to it. */
export const Metadata = struct({
  version: u16,
  root: WireRoot,
  chunks: list(WireHash),
})
export type Metadata = Infer<typeof Metadata>

/** Asks for one chunk. */
export const ChunkMetadata = struct({
  version: u16,
  root: WireRoot,
  index: u64,
  digest: WireHash,
})
export type ChunkMetadata = Infer<typeof ChunkMetadata>

/** Refuses metadata that describe no checkpoint of ours. */
export function checkMetadata({ version, root, chunks }: Metadata): void {
  if (version !== CHECKPOINT_VERSION) throw errors.badCheckpoint(`version ${version}`)
  toRoot(root)
  if (chunks.length === 0) throw errors.badCheckpoint('no chunks')
  if (chunks.length > CHUNK_COUNT_MAX) throw errors.badCheckpoint('too many chunks')
}
