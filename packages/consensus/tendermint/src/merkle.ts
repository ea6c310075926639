/** The Merkle tree of RFC 6962, by which CometBFT hashes its lists. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { sha256, sha256Parts } from '@wadi/crypto/hash/sha256'

const LEAF = Uint8Array.of(0)
const INNER = Uint8Array.of(1)

/** The hash of an item. */
export function leafHash(item: Uint8Array): Uint8Array {
  return sha256Parts(LEAF, item)
}

/** The hash of two branches. */
export function innerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256Parts(INNER, left, right)
}

/** How many of `count` items, at least 2, are on the left: the largest power of two below it. */
export function splitOf(count: number): number {
  return 2 ** (31 - Math.clz32(count - 1))
}

function rootOf(leaves: readonly Uint8Array[], start: number, count: number): Uint8Array {
  if (count === 1) return leafHash(leaves[start]!)
  const left = splitOf(count)
  return innerHash(rootOf(leaves, start, left), rootOf(leaves, start + left, count - left))
}

/** The root of a list; that of an empty one is the hash of nothing. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return leaves.length === 0 ? sha256(EMPTY_BYTES) : rootOf(leaves, 0, leaves.length)
}
