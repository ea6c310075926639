/** A block in pieces, as it travels and is stored. */

import { equalBytes, joinBytes } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/protobuf/codec'
import { headerHash } from '../hashing/headerHash.ts'
import { PART_SIZE } from '../limits.ts'
import { proveList } from '../merkleProof.ts'
import { Block } from '../types/block.ts'
import type { BlockId, PartSetHeader } from '../types/blockId.ts'
import type { Part } from '../types/part.ts'

/** All parts of a block, and what they are proven by. */
export interface PartSet {
  readonly header: PartSetHeader
  readonly parts: readonly Part[]
}

/** Cuts bytes into parts. Of no bytes at all there is none. */
export function partSetOfBytes(bytes: Uint8Array): PartSet {
  return partSetOfPieces(piecesOf(bytes))
}

function piecesOf(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / PART_SIZE) }, (_, i) =>
    bytes.subarray(i * PART_SIZE, (i + 1) * PART_SIZE),
  )
}

/** Of bytes that are cut already, however that was done. */
export function partSetOfPieces(pieces: readonly Uint8Array[]): PartSet {
  const { root, proofs } = proveList(pieces)
  const parts = pieces.map((piece, index) => ({ index, bytes: piece, proof: proofs[index]! }))
  return { header: { total: pieces.length, hash: root }, parts }
}

/** The parts of a block. */
export function partSetOf(block: Block): PartSet {
  return partSetOfBytes(encode(Block, block))
}

/** What names a block that was cut into these parts. */
export function blockIdOf({ header }: Block, parts: PartSet): BlockId {
  return { hash: headerHash(header), partSetHeader: parts.header }
}

/**
 * Are these the parts that a block is cut into? Other bytes and other cuts can be the same block,
 * which then cannot be told from its contents any more.
 */
export function arePartsOf(block: Block, parts: readonly Part[]): boolean {
  const pieces = piecesOf(encode(Block, block))
  const isSame = (piece: Uint8Array, i: number) => equalBytes(piece, parts[i]!.bytes)
  return pieces.length === parts.length && pieces.every(isSame)
}

/** The bytes of a block, of all its parts in their order. */
export function bytesOfParts(parts: readonly Part[]): Uint8Array {
  return joinBytes(parts.map(({ bytes }) => bytes))
}

/** The block of all its parts, in their order. */
export function blockOfParts(parts: readonly Part[]): Block {
  return decode(Block, bytesOfParts(parts))
}
