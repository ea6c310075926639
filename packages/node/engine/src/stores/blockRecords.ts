/**
 * What the block store writes, record by record:
 *
 *   part …, commit of the block before, seen commit, block
 *
 * The record of the block comes last and says where the others are: it is there only if they are.
 */

import { encode, type Infer } from '@wadi/protobuf/codec'
import { embedded, field, message, optional, repeated } from '@wadi/protobuf/message'
import { uint32, uint64 } from '@wadi/protobuf/scalars'
import { PARTS_MAX } from '@wadi/tendermint/limits'
import { BlockMeta } from '@wadi/tendermint/types/block'
import { Commit } from '@wadi/tendermint/types/commit'
import { Part } from '@wadi/tendermint/types/part'
import type { DecidedBlock } from './contract.ts'

export const RECORD_PART = 1
export const RECORD_COMMIT = 2
export const RECORD_SEEN_COMMIT = 3
export const RECORD_BLOCK = 4
/** A seen commit without its block. */
export const RECORD_LONE_COMMIT = 5
/** Below its height everything is forgotten. */
export const RECORD_BASE = 6

/** Where a record is. */
export const Place = message({ address: field(1, uint64), size: field(2, uint32) })
export type Place = Infer<typeof Place>

/** The record of a block. */
export const BlockRecord = message({
  meta: field(1, embedded(BlockMeta)),
  parts: repeated(2, Place, { countMax: PARTS_MAX }),
  seenCommit: field(3, embedded(Place)),
  lastCommit: optional(4, Place),
})
export type BlockRecord = Infer<typeof BlockRecord>

/** What a block's commit says of the block, and its parts. */
export function metaOf({ block, parts, seenCommit }: DecidedBlock): BlockMeta {
  let size = 0
  for (const { bytes } of parts) size += bytes.length
  return {
    blockId: seenCommit.blockId,
    blockSize: BigInt(size),
    header: block.header,
    txCount: BigInt(block.transactions.length),
  }
}

/** Four bytes of a hash, to look it up by. */
export function tagOf(hash: Uint8Array): number {
  return new DataView(hash.buffer, hash.byteOffset, hash.byteLength).getUint32(0, true)
}

/** The records of a block but the last, as kind and payload. */
export function recordsBefore({ block, parts, seenCommit }: DecidedBlock): {
  readonly parts: readonly Uint8Array[]
  readonly seenCommit: Uint8Array
  readonly lastCommit: Uint8Array | undefined
} {
  const { lastCommit } = block
  return {
    parts: parts.map((part) => encode(Part, part)),
    seenCommit: encode(Commit, seenCommit),
    lastCommit: lastCommit === undefined ? undefined : encode(Commit, lastCommit),
  }
}
