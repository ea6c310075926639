/**
 * Proofs: a part of a tree, in pre-order, that can be checked against the tree's hash.
 *
 *   null        no node
 *   02 ‖ hash   a node that is not included
 *   01 ‖ node   an included node, followed by its children: version 0 left and right (the leaf slot
 *               is embedded in the node), version 1 leaf slot, left and right
 *
 *   leaf        00 ‖ key size u16 ‖ key ‖ value size u32 ‖ value
 *   internal    01 ‖ label bits u16 ‖ label ‖ embedded leaf or 02
 */

import { concatBytes } from '@wadi/base/bytes'
import { list } from '@wadi/cbor/collections'
import { bytes, u16 } from '@wadi/cbor/scalars'
import type { Infer } from '@wadi/cbor/schema'
import { named, nilable, omitEmpty, struct } from '@wadi/cbor/struct'
import { WireHash } from './wireHash.ts'

/** The versions that exist. */
export type ProofVersion = 0 | 1

/** A proof on the wire. Nothing about it has been checked. */
export const Proof = struct({
  version: named('v', omitEmpty(u16)),
  /** The hash of the node with which the proof begins, as its maker says. */
  untrustedRoot: WireHash,
  entries: list(nilable(bytes)),
})
export type Proof = Infer<typeof Proof>

export const ENTRY_FULL: Uint8Array = Uint8Array.of(1)
export const ENTRY_HASH: Uint8Array = Uint8Array.of(2)

export const NODE_LEAF = 0
export const NODE_INTERNAL = 1
export const NODE_NIL = 2

/** The wire form of a leaf. */
export function encodeLeaf(key: Uint8Array, value: Uint8Array): Uint8Array {
  const head = Uint8Array.of(NODE_LEAF, key.length & 255, key.length >> 8)
  const size = Uint8Array.of(
    value.length & 255,
    (value.length >> 8) & 255,
    (value.length >> 16) & 255,
    value.length >>> 24,
  )
  return concatBytes(head, key, size, value)
}

/** The compact wire form of an internal node, which leaves out its children's hashes. */
export function encodeInternal(
  labelBits: number,
  label: Uint8Array,
  embeddedLeaf: Uint8Array,
): Uint8Array {
  const head = Uint8Array.of(NODE_INTERNAL, labelBits & 255, labelBits >> 8)
  return concatBytes(head, label, embeddedLeaf)
}
