/**
 * Checking a proof, the plain way: what the kernel is held against, what says why a proof is
 * refused, and what checks those that are too large for the kernel.
 */

import { equalBytes } from '@wadi/base/bytes'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { errors } from './errors.ts'
import { KEY_BYTES_MAX, PROOF_DEPTH_MAX, PROOF_ENTRIES_MAX } from './limits.ts'
import { labelSize } from './nodeRecord.ts'
import {
  ENTRY_FULL,
  ENTRY_HASH,
  type EntryPair,
  NODE_INTERNAL,
  NODE_LEAF,
  NODE_NIL,
  type Proof,
} from './proof.ts'
import type { ProofInternal, ProofLeaf, ProofNode, VerifiedProof } from './proofNode.ts'
import { EMPTY_HASH } from './roots.ts'

/** A leaf in its wire form. */
interface WireLeaf {
  readonly kind: 'leaf'
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** An internal node in its compact wire form: the children are elsewhere. */
interface WireInternal {
  readonly kind: 'internal'
  readonly labelBits: number
  readonly label: Uint8Array
  readonly embeddedLeaf: WireLeaf | undefined
}

const SIZE_BYTES = 4

/** Takes the leaf apart that begins at `start`; the byte strings are views. */
function decodeLeaf(bytes: Uint8Array, start: number): WireLeaf {
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
function checkLabel(bytes: Uint8Array, start: number): number {
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
function decodeNode(bytes: Uint8Array, start: number): WireLeaf | WireInternal {
  if (bytes[start] === NODE_LEAF) return decodeLeaf(bytes, start)
  if (bytes[start] !== NODE_INTERNAL) throw errors.badNode('no such kind')
  const labelBits = checkLabel(bytes, start)
  const labelEnd = start + 3 + labelSize(labelBits)
  const label = bytes.subarray(start + 3, labelEnd)
  const embeddedLeaf = bytes[labelEnd] === NODE_NIL ? undefined : decodeLeaf(bytes, labelEnd)
  return { kind: 'internal', labelBits, label, embeddedLeaf }
}

/** Where preimages are put together: tag, sizes and as much of a node as is common. */
const scratch = new Uint8Array(3 + KEY_BYTES_MAX + 1 + 3 * 32)
const HASH_BYTES = 32

/** The hash of a leaf. */
export function hashLeaf({ key, value }: EntryPair): Uint8Array {
  const size = 9 + key.length + value.length
  const preimage = size <= scratch.length ? scratch.subarray(0, size) : new Uint8Array(size)
  const view = new DataView(preimage.buffer, 0, size)
  preimage[0] = 0
  view.setUint32(1, key.length, true)
  preimage.set(key, 5)
  view.setUint32(5 + key.length, value.length, true)
  preimage.set(value, 9 + key.length)
  return sha512Trunc256(preimage)
}

function hashInternal(
  { labelBits, label }: WireInternal,
  children: readonly ProofNode[],
): Uint8Array {
  scratch[0] = 1
  scratch[1] = labelBits & 255
  scratch[2] = labelBits >> 8
  scratch.set(label, 3)
  let at = 3 + labelSize(labelBits)
  for (const child of children) {
    scratch.set(child === undefined ? EMPTY_HASH : child.hash, at)
    at += HASH_BYTES
  }
  return sha512Trunc256(scratch.subarray(0, at))
}

const toLeaf = (leaf: WireLeaf): ProofLeaf => ({ ...leaf, hash: hashLeaf(leaf) })

/** Reads entries one after another. */
class EntryReader {
  readonly #proof: Proof
  #at = 0

  constructor(proof: Proof) {
    this.#proof = proof
  }

  get isAtEnd(): boolean {
    return this.#at === this.#proof.entries.length
  }

  /** The subtree that begins at the next entry. */
  read(depth: number): ProofNode {
    if (depth > PROOF_DEPTH_MAX) throw errors.badProof('too deep')
    if (this.isAtEnd) throw errors.badProof('an entry is missing')
    const entry = this.#proof.entries[this.#at++]
    if (entry === undefined) return undefined
    if (entry[0] === ENTRY_HASH) {
      if (entry.length !== 1 + HASH_BYTES) throw errors.badProof('malformed hash')
      const hash = entry.subarray(1)
      return equalBytes(hash, EMPTY_HASH) ? undefined : { kind: 'hash', hash }
    }
    if (entry[0] !== ENTRY_FULL) throw errors.badProof('no such kind of entry')
    const wire = decodeNode(entry, 1)
    return wire.kind === 'leaf' ? toLeaf(wire) : this.#readInternal(wire, depth)
  }

  #readInternal(wire: WireInternal, depth: number): ProofInternal {
    const isEmbedded = this.#proof.version === 0
    const embedded = wire.embeddedLeaf && toLeaf(wire.embeddedLeaf)
    const leaf = isEmbedded ? embedded : this.read(depth + 1)
    if (leaf?.kind === 'internal') throw errors.badProof('a leaf slot holds no leaf')
    const left = this.read(depth + 1)
    const right = this.read(depth + 1)
    const hash = hashInternal(wire, [leaf, left, right])
    const { kind, labelBits, label } = wire
    return { kind, labelBits, label, leaf, left, right, hash }
  }
}

/** As `verifyProof`, which is faster. */
export function verifyProofPlainly(root: Uint8Array, proof: Proof): VerifiedProof {
  if (proof.version > 1) throw errors.badProofVersion(`${proof.version}`)
  if (!equalBytes(proof.untrustedRoot, root)) throw errors.rootMismatch('of the proof')
  if (proof.entries.length > PROOF_ENTRIES_MAX) throw errors.badProof('too many entries')
  const reader = new EntryReader(proof)
  const node = reader.read(0)
  if (!reader.isAtEnd) throw errors.badProof('entries are left over')
  if (!equalBytes(node === undefined ? EMPTY_HASH : node.hash, root))
    throw errors.rootMismatch('of the nodes')
  return { root, node }
}
