/** Nodes as they come out of a proof's entries. */

import { errors } from './errors.ts'
import { KEY_BYTES_MAX } from './limits.ts'
import { labelSize } from './nodeRecord.ts'
import { NODE_INTERNAL, NODE_LEAF, NODE_NIL } from './proof.ts'

/** A leaf in its wire form. */
export interface WireLeaf {
  readonly kind: 'leaf'
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** An internal node in its compact wire form: the children are elsewhere. */
export interface WireInternal {
  readonly kind: 'internal'
  readonly labelBits: number
  readonly label: Uint8Array
  readonly embeddedLeaf: WireLeaf | undefined
}

const SIZE_BYTES = 4

/** Takes the leaf apart that begins at `start`; the byte strings are views. */
export function decodeLeaf(bytes: Uint8Array, start: number): WireLeaf {
  if (bytes.length < start + 3 + SIZE_BYTES || bytes[start] !== NODE_LEAF)
    throw errors.badNode('no leaf')
  const keySize = bytes[start + 1]! | (bytes[start + 2]! << 8)
  if (keySize > KEY_BYTES_MAX) throw errors.badNode('key is too long')
  const keyEnd = start + 3 + keySize
  if (keyEnd + SIZE_BYTES > bytes.length) throw errors.badNode('key runs over the end')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const valueEnd = keyEnd + SIZE_BYTES + view.getUint32(keyEnd, true)
  if (valueEnd > bytes.length) throw errors.badNode('value runs over the end')
  return {
    kind: 'leaf',
    key: bytes.subarray(start + 3, keyEnd),
    value: bytes.subarray(keyEnd + SIZE_BYTES, valueEnd),
  }
}

/** Checks the head of the internal node that begins at `start` and gives the bits of its label. */
export function checkLabel(bytes: Uint8Array, start: number): number {
  if (bytes.length < start + 4) throw errors.badNode('label runs over the end')
  const labelBits = bytes[start + 1]! | (bytes[start + 2]! << 8)
  const labelEnd = start + 3 + labelSize(labelBits)
  if (labelEnd >= bytes.length) throw errors.badNode('label runs over the end')
  const spare = labelBits % 8 === 0 ? 0 : bytes[labelEnd - 1]! & (0xff >> (labelBits % 8))
  if (spare !== 0) throw errors.badNode('label has bits behind its end')
  return labelBits
}

/**
 * Takes the node apart that begins at `start`; the byte strings are views.
 * COMPAT(oasis-core): what follows the node is not looked at. For an internal node it may be the
 * children's hashes (the full wire form); in a proof the children say themselves what they are.
 */
export function decodeNode(bytes: Uint8Array, start: number): WireLeaf | WireInternal {
  if (bytes[start] === NODE_LEAF) return decodeLeaf(bytes, start)
  if (bytes[start] !== NODE_INTERNAL) throw errors.badNode('no such kind')
  const labelBits = checkLabel(bytes, start)
  const labelEnd = start + 3 + labelSize(labelBits)
  const label = bytes.subarray(start + 3, labelEnd)
  const embeddedLeaf = bytes[labelEnd] === NODE_NIL ? undefined : decodeLeaf(bytes, labelEnd)
  return { kind: 'internal', labelBits, label, embeddedLeaf }
}
