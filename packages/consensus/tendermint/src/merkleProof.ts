/** Proofs that an item is in a list of which only the root is known. */

import { equalBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bytes, i64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { innerHash, leafHash, merkleRoot, splitOf } from './merkle.ts'

/** Proofs that prove nothing. The reference gives these no codes. */
export const errors = definePlainErrors('merkleProof', {
  otherItem: 'the proof is of another item',
  otherRoot: 'the proof leads to another root',
  badPlace: 'no such place in the list',
  badLength: 'the proof has too few or too many hashes',
})

/** The place of an item, and what is beside its way to the root, from the bottom up. */
export const MerkleProof = struct({
  total: i64,
  index: i64,
  leafHash: bytes,
  aunts: omitEmpty(list(bytes)),
})
export type MerkleProof = Infer<typeof MerkleProof>

/** A root, and a proof for each item below it. */
export interface ProvenList {
  readonly root: Uint8Array
  readonly proofs: readonly MerkleProof[]
}

/** The root of a list, and a proof for each item in its order; every item is hashed once. */
export function proveList(items: readonly Uint8Array[]): ProvenList {
  const total = BigInt(items.length)
  const leaves = items.map(leafHash)
  const aunts: Uint8Array[][] = items.map(() => [])
  const root = leaves.length > 0 ? collectAunts(leaves, aunts, 0, leaves.length) : merkleRoot(items)
  const proofs = leaves.map((leafHash, i) => {
    return { total, index: BigInt(i), leafHash, aunts: aunts[i]! }
  })
  return { root, proofs }
}

/** A proof for each item of a list, in its order. */
export function merkleProofs(items: readonly Uint8Array[]): readonly MerkleProof[] {
  return proveList(items).proofs
}

/** Gives each leaf of a range the hashes beside its way; the result is the range's own hash. */
function collectAunts(
  leaves: readonly Uint8Array[],
  aunts: readonly Uint8Array[][],
  start: number,
  count: number,
): Uint8Array {
  if (count === 1) return leaves[start]!
  const middle = start + splitOf(count)
  const end = start + count
  const left = collectAunts(leaves, aunts, start, middle - start)
  const right = collectAunts(leaves, aunts, middle, end - middle)
  for (let i = start; i < end; i++) aunts[i]!.push(i < middle ? right : left)
  return innerHash(left, right)
}

/** Refuses a proof that does not lead from the item to the root. */
export function verifyMerkleProof(proof: MerkleProof, root: Uint8Array, item: Uint8Array): void {
  const leaf = leafHash(item)
  if (!equalBytes(proof.leafHash, leaf)) throw errors.otherItem()
  const sides = sidesOf(proof)
  const { aunts } = proof
  if (aunts.length !== sides.length) throw errors.badLength(`${aunts.length}`)
  let hash = leaf
  for (const [i, side] of sides.toReversed().entries()) {
    hash = side === 'left' ? innerHash(hash, aunts[i]!) : innerHash(aunts[i]!, hash)
  }
  if (!equalBytes(hash, root)) throw errors.otherRoot()
}

/** On which side of each branch the item is, from the root down: at most 63 of them. */
function sidesOf(proof: MerkleProof): readonly ('left' | 'right')[] {
  let { total, index } = proof
  if (index < 0n || index >= total) throw errors.badPlace(`${index} of ${total}`)
  const sides: ('left' | 'right')[] = []
  while (total > 1n) {
    const left = largestPowerBelow(total)
    const isLeft = index < left
    sides.push(isLeft ? 'left' : 'right')
    total = isLeft ? left : total - left
    if (!isLeft) index -= left
  }
  return sides
}

/** As {@link splitOf}, for a size that somebody claims. */
function largestPowerBelow(count: bigint): bigint {
  let power = 1n
  while (power * 2n < count) power *= 2n
  return power
}
