/**
 * The part of a tree that is known but cannot be stored yet, as a plain list in pre-order:
 *
 *   null                         no node
 *   02 ‖ hash                    known by its hash only
 *   03 ‖ hash ‖ address u48      stored
 *   04 ‖ hash ‖ label bits u16 ‖ label     known; leaf slot, left and right follow
 */

import { concatBytes } from '@wadi/base/bytes'
import { errors } from '../errors.ts'
import { PROOF_DEPTH_MAX } from '../limits.ts'
import { labelSize } from '../nodeRecord.ts'

/** See the file's head. */
export type Spine =
  | undefined
  | { readonly kind: 'hash'; readonly hash: Uint8Array }
  | { readonly kind: 'stored'; readonly hash: Uint8Array; readonly address: number }
  | {
      readonly kind: 'internal'
      readonly hash: Uint8Array
      readonly labelBits: number
      readonly label: Uint8Array
      readonly leaf: Spine
      readonly left: Spine
      readonly right: Spine
    }

type Entry = Uint8Array | undefined

const KIND_HASH = 2
const KIND_STORED = 3
const KIND_INTERNAL = 4
const HEAD_BYTES = 33

/** The list form. */
export function encodeSpine(spine: Spine): readonly Entry[] {
  if (spine === undefined) return [undefined]
  if (spine.kind === 'hash') return [concatBytes(Uint8Array.of(KIND_HASH), spine.hash)]
  if (spine.kind === 'stored') {
    const entry = new Uint8Array(HEAD_BYTES + 6)
    entry[0] = KIND_STORED
    entry.set(spine.hash, 1)
    const view = new DataView(entry.buffer)
    view.setUint32(HEAD_BYTES, spine.address % 0x1_0000_0000, true)
    view.setUint16(HEAD_BYTES + 4, Math.floor(spine.address / 0x1_0000_0000), true)
    return [entry]
  }
  const { hash, labelBits, label } = spine
  const bits = Uint8Array.of(labelBits & 255, labelBits >> 8)
  const entry = concatBytes(Uint8Array.of(KIND_INTERNAL), hash, bits, label)
  return [entry, ...[spine.leaf, spine.left, spine.right].flatMap(encodeSpine)]
}

/** The inverse of {@link encodeSpine}; every malformed list is refused. */
export function decodeSpine(entries: readonly Entry[]): Spine {
  const reader = { entries, at: 0 }
  const spine = readSpine(reader, 0)
  if (reader.at !== entries.length) throw errors.badCheckpoint('malformed spine')
  return spine
}

interface EntryReader {
  readonly entries: readonly Entry[]
  at: number
}

function readSpine(reader: EntryReader, depth: number): Spine {
  const { entries } = reader
  if (reader.at >= entries.length || depth > PROOF_DEPTH_MAX)
    throw errors.badCheckpoint('malformed spine')
  const entry = entries[reader.at++]
  if (entry === undefined) return undefined
  const hash = entry.subarray(1, HEAD_BYTES)
  if (entry[0] === KIND_HASH && entry.length === HEAD_BYTES) return { kind: 'hash', hash }
  const view = new DataView(entry.buffer, entry.byteOffset, entry.length)
  if (entry[0] === KIND_STORED && entry.length === HEAD_BYTES + 6) {
    const high = view.getUint16(HEAD_BYTES + 4, true)
    const address = view.getUint32(HEAD_BYTES, true) + high * 0x1_0000_0000
    return { kind: 'stored', hash, address }
  }
  if (entry[0] !== KIND_INTERNAL || entry.length < HEAD_BYTES + 2)
    throw errors.badCheckpoint('malformed spine')
  const labelBits = view.getUint16(HEAD_BYTES, true)
  const label = entry.subarray(HEAD_BYTES + 2)
  if (label.length !== labelSize(labelBits)) throw errors.badCheckpoint('malformed spine')
  const leaf = readSpine(reader, depth + 1)
  const left = readSpine(reader, depth + 1)
  const right = readSpine(reader, depth + 1)
  return { kind: 'internal', hash, labelBits, label, leaf, left, right }
}
