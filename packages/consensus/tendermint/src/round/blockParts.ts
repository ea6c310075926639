/** The parts of a block that have come so far. A value: adding makes another. */

import { CodedError } from '@wadi/base/errors'
import { verifyMerkleProof } from '../merkleProof.ts'
import type { BitArray } from '../types/bitArray.ts'
import { noBits, withBit } from '../types/bitArray.ts'
import { equalPartSetHeaders, type PartSetHeader } from '../types/blockId.ts'
import type { Part } from '../types/part.ts'

export interface BlockParts {
  readonly header: PartSetHeader
  readonly parts: readonly (Part | undefined)[]
  readonly bits: BitArray
  readonly count: number
  readonly bytes: number
}

/** What became of a part. */
export type PartOutcome =
  | { readonly kind: 'added'; readonly parts: BlockParts }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'refused'; readonly why: 'no-such-index' | 'wrong-proof' }

/** None of them yet. The header's total is bounded where headers are accepted. */
export function emptyParts(header: PartSetHeader): BlockParts {
  const { total } = header
  const parts = new Array<Part | undefined>(total).fill(undefined)
  return { header, parts, bits: noBits(total), count: 0, bytes: 0 }
}

/** Are those parts of the block with this header? */
export function hasHeader(parts: BlockParts | undefined, header: PartSetHeader): boolean {
  return parts !== undefined && equalPartSetHeaders(parts.header, header)
}

/** Are all there? */
export function isComplete({ count, header }: BlockParts): boolean {
  return count === header.total
}

/** Adds a part if its proof leads to the header's hash. */
export function addPart(parts: BlockParts, part: Part): PartOutcome {
  const { index } = part
  if (index < 0 || index >= parts.header.total) return { kind: 'refused', why: 'no-such-index' }
  if (parts.parts[index] !== undefined) return { kind: 'duplicate' }
  if (!isProven(parts.header, part)) return { kind: 'refused', why: 'wrong-proof' }
  const added: BlockParts = {
    header: parts.header,
    parts: parts.parts.with(index, part),
    bits: withBit(parts.bits, index),
    count: parts.count + 1,
    bytes: parts.bytes + part.bytes.length,
  }
  return { kind: 'added', parts: added }
}

/** Does the proof lead to the header's hash, from this place and not only from some place? */
export function isProven(header: PartSetHeader, { index, bytes, proof }: Part): boolean {
  if (proof.index !== BigInt(index) || proof.total !== BigInt(header.total)) return false
  try {
    verifyMerkleProof(proof, header.hash, bytes)
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}
