import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import type { Infer, Schema } from '@wadi/protobuf/codec'
import { mapped } from '@wadi/protobuf/mapped'
import { embedded, field, message } from '@wadi/protobuf/message'
import { bytes, uint32 } from '@wadi/protobuf/scalars'
import { HASH_SIZE } from '../limits.ts'

/** Of how many parts a block is, and the Merkle root over them. */
export const PartSetHeader = message({ total: field(1, uint32), hash: field(2, bytes) })
export type PartSetHeader = Infer<typeof PartSetHeader>

/** Names a block: the hash of its header, and its parts. */
export const BlockId = message({
  hash: field(1, bytes),
  partSetHeader: field(2, embedded(PartSetHeader)),
})
export type BlockId = Infer<typeof BlockId>

/** What names no block. */
export const NO_BLOCK_ID: BlockId = {
  hash: EMPTY_BYTES,
  partSetHeader: { total: 0, hash: EMPTY_BYTES },
}

/** Does it name no block? */
export function isNoBlockId({ hash, partSetHeader }: BlockId): boolean {
  return hash.length === 0 && isNoPartSetHeader(partSetHeader)
}

/** Is it of no parts? */
export function isNoPartSetHeader({ total, hash }: PartSetHeader): boolean {
  return total === 0 && hash.length === 0
}

/** Can it name a block: are both hashes there, and parts? */
export function isCompleteBlockId({ hash, partSetHeader }: BlockId): boolean {
  const { total, hash: root } = partSetHeader
  return hash.length === HASH_SIZE && total > 0 && root.length === HASH_SIZE
}

/** Are they of the same parts? */
export function equalPartSetHeaders(a: PartSetHeader, b: PartSetHeader): boolean {
  return a.total === b.total && equalBytes(a.hash, b.hash)
}

/** Do both name the same block, or both none? */
export function equalBlockIds(a: BlockId | undefined, b: BlockId | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return equalBytes(a.hash, b.hash) && equalPartSetHeaders(a.partSetHeader, b.partSetHeader)
}

/** A block, or undefined for none: who votes for nil. On the wire it is always there. */
export const NilableBlockId: Schema<BlockId | undefined> = mapped(BlockId, {
  from: (id): BlockId | undefined => (isNoBlockId(id) ? undefined : id),
  to: (id) => id ?? NO_BLOCK_ID,
})
