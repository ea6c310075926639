/** A block in pieces, as it travels and is stored. */

import { concatBytes } from '@wadi/base/bytes'
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
  const total = Math.ceil(bytes.length / PART_SIZE)
  const pieces = Array.from({ length: total }, (_, i) =>
    bytes.subarray(i * PART_SIZE, (i + 1) * PART_SIZE),
  )
  const { root, proofs } = proveList(pieces)
  const parts = pieces.map((piece, index) => ({ index, bytes: piece, proof: proofs[index]! }))
  return { header: { total, hash: root }, parts }
}

/** The parts of a block. */
export function partSetOf(block: Block): PartSet {
  return partSetOfBytes(encode(Block, block))
}

/** What names a block that was cut into these parts. */
export function blockIdOf({ header }: Block, parts: PartSet): BlockId {
  return { hash: headerHash(header), partSetHeader: parts.header }
}

/** The block of all its parts, in their order. */
export function blockOfParts(parts: readonly Part[]): Block {
  return decode(Block, concatBytes(...parts.map(({ bytes }) => bytes)))
}
