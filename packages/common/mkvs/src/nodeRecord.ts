/**
 * A node as it lies in the node log. The format is our own and never leaves the machine:
 *
 *   leaf       00 ‖ key size u16 ‖ value size u32 ‖ key ‖ value
 *   internal   80 | presence ‖ label bits u16 ‖ label ‖ for each present child: hash ‖ address u48
 *
 * Presence is 1 for the leaf slot, 2 for left and 4 for right; numbers are little endian. Children
 * lie before their parents. A child's address 0 says that only its hash is known.
 */

import { errors } from './errors.ts'
import { ADDRESS_MAX, KEY_BYTES_MAX } from './limits.ts'

/** This many bytes tell how long a record is; no record is shorter. */
export const RECORD_HEAD_BYTES = 7

/** First byte of a leaf. */
export const RECORD_LEAF = 0x00
/** First byte of an internal node, together with the presence bits. */
export const RECORD_INTERNAL = 0x80

export const PRESENT_LEAF = 1
export const PRESENT_LEFT = 2
export const PRESENT_RIGHT = 4

/** Bytes that a present child takes: hash and address. */
export const CHILD_BYTES = 38

/** A child of a stored node. */
export interface StoredChild {
  readonly hash: Uint8Array
  readonly address: number
}

/** A record taken apart. The byte strings are views into the record. */
export type NodeRecord =
  | { readonly kind: 'leaf'; readonly key: Uint8Array; readonly value: Uint8Array }
  | {
      readonly kind: 'internal'
      readonly labelBits: number
      readonly label: Uint8Array
      readonly leaf: StoredChild | undefined
      readonly left: StoredChild | undefined
      readonly right: StoredChild | undefined
    }

const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8)
const u32 = (bytes: Uint8Array, at: number): number =>
  u16(bytes, at) + u16(bytes, at + 2) * 0x1_0000
const u48 = (bytes: Uint8Array, at: number): number =>
  u32(bytes, at) + u16(bytes, at + 4) * 0x1_0000_0000

/** How many bytes the record has that begins with `head` ({@link RECORD_HEAD_BYTES} or more). */
export function recordSize(head: Uint8Array): number {
  if (head.length < RECORD_HEAD_BYTES) throw errors.badRecord('shorter than any record')
  const kind = head[0]!
  if (kind === RECORD_LEAF) {
    const keySize = u16(head, 1)
    if (keySize > KEY_BYTES_MAX) throw errors.badRecord('key is too long')
    return RECORD_HEAD_BYTES + keySize + u32(head, 3)
  }
  const presence = kind ^ RECORD_INTERNAL
  // One child alone would have been merged into its parent.
  const children = [0, 0, 0, 2, 0, 2, 2, 3][presence] ?? 0
  if (children === 0) throw errors.badRecord('no such kind of node')
  return 3 + labelSize(u16(head, 1)) + children * CHILD_BYTES
}

/** Bytes that hold a label of so many bits. */
export function labelSize(bits: number): number {
  return (bits + 7) >>> 3
}

/** Refuses every byte string that is not a record. */
export function checkRecord(bytes: Uint8Array): void {
  if (recordSize(bytes) !== bytes.length) throw errors.badRecord('wrong size')
  if (bytes[0] === RECORD_LEAF) return
  const labelBits = u16(bytes, 1)
  if (labelBits % 8 === 0) return
  const last = bytes[2 + labelSize(labelBits)]!
  if ((last & (0xff >> (labelBits % 8))) !== 0)
    throw errors.badRecord('label has bits behind its end')
}

/** Takes a record apart; every malformed one is refused. */
export function decodeRecord(bytes: Uint8Array): NodeRecord {
  checkRecord(bytes)
  if (bytes[0] === RECORD_LEAF) {
    const keyEnd = RECORD_HEAD_BYTES + u16(bytes, 1)
    return {
      kind: 'leaf',
      key: bytes.subarray(RECORD_HEAD_BYTES, keyEnd),
      value: bytes.subarray(keyEnd),
    }
  }
  const presence = bytes[0]!
  const labelBits = u16(bytes, 1)
  let at = 3 + labelSize(labelBits)
  const label = bytes.subarray(3, at)
  const child = (bit: number): StoredChild | undefined => {
    if ((presence & bit) === 0) return undefined
    const stored = { hash: bytes.subarray(at, at + 32), address: u48(bytes, at + 32) }
    at += CHILD_BYTES
    return stored
  }
  const leaf = child(PRESENT_LEAF)
  const left = child(PRESENT_LEFT)
  const right = child(PRESENT_RIGHT)
  return { kind: 'internal', labelBits, label, leaf, left, right }
}

/** The record of a node; the inverse of {@link decodeRecord}. The kernel writes the same bytes. */
export function encodeRecord(node: NodeRecord): Uint8Array {
  if (node.kind === 'leaf') {
    const { key, value } = node
    const bytes = new Uint8Array(RECORD_HEAD_BYTES + key.length + value.length)
    const view = new DataView(bytes.buffer)
    view.setUint16(1, key.length, true)
    view.setUint32(3, value.length, true)
    bytes.set(key, RECORD_HEAD_BYTES)
    bytes.set(value, RECORD_HEAD_BYTES + key.length)
    return bytes
  }
  const children = [node.leaf, node.left, node.right]
  const present = children.filter((child) => child !== undefined)
  const bytes = new Uint8Array(3 + node.label.length + present.length * CHILD_BYTES)
  const view = new DataView(bytes.buffer)
  bytes[0] = children.reduce(
    (bits, child, i) => (child === undefined ? bits : bits | (1 << i)),
    RECORD_INTERNAL,
  )
  view.setUint16(1, node.labelBits, true)
  bytes.set(node.label, 3)
  let at = 3 + node.label.length
  for (const { hash, address } of present) {
    if (address > ADDRESS_MAX) throw errors.badRecord('address is too large')
    bytes.set(hash, at)
    view.setUint32(at + 32, address % 0x1_0000_0000, true)
    view.setUint16(at + 36, Math.floor(address / 0x1_0000_0000), true)
    at += CHILD_BYTES
  }
  return bytes
}
