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

/** First byte of an entry that is a node. */
export const ENTRY_FULL = 1
/** First byte of an entry that is a hash. */
export const ENTRY_HASH = 2

/** First byte of a node's wire form. */
export const NODE_LEAF = 0
export const NODE_INTERNAL = 1
/** Stands in an internal node where there is no embedded leaf. */
export const NODE_NIL = 2

/** A pair, as the entry of a leaf. */
export interface EntryPair {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

const pairSize = ({ key, value }: EntryPair): number => 7 + key.length + value.length

function writePair(entry: Uint8Array, at: number, { key, value }: EntryPair): void {
  const sizeAt = at + 3 + key.length
  entry[at] = NODE_LEAF
  entry[at + 1] = key.length
  entry[at + 2] = key.length >> 8
  entry.set(key, at + 3)
  for (let i = 0; i < 4; i++) entry[sizeAt + i] = value.length >>> (8 * i)
  entry.set(value, sizeAt + 4)
}

/** The entry of a leaf. */
export function leafEntry(pair: EntryPair): Uint8Array {
  const entry = new Uint8Array(1 + pairSize(pair))
  entry[0] = ENTRY_FULL
  writePair(entry, 1, pair)
  return entry
}

/** The entry of an internal node in its compact form, which leaves out its children's hashes. */
export function internalEntry(
  labelBits: number,
  label: Uint8Array,
  embedded: EntryPair | undefined,
): Uint8Array {
  const leafAt = 4 + label.length
  const entry = new Uint8Array(leafAt + (embedded === undefined ? 1 : pairSize(embedded)))
  entry[0] = ENTRY_FULL
  entry[1] = NODE_INTERNAL
  entry[2] = labelBits
  entry[3] = labelBits >> 8
  entry.set(label, 4)
  if (embedded === undefined) entry[leafAt] = NODE_NIL
  else writePair(entry, leafAt, embedded)
  return entry
}

/** The entry of a node that is not included. */
export function hashEntry(hash: Uint8Array): Uint8Array {
  const entry = new Uint8Array(1 + hash.length)
  entry[0] = ENTRY_HASH
  entry.set(hash, 1)
  return entry
}
