/** Nodes of a checked proof: views of the block that the kernel has checked, or of a copy. */

import { labelSize } from './nodeRecord.ts'
import { hashLeaf } from './plainProof.ts'
import { ENTRY_HASH, NODE_LEAF } from './proof.ts'
import {
  AT_LEAF,
  AT_LEFT,
  AT_RIGHT,
  CHILD_EMBEDDED,
  HASH_BYTES,
  LABEL_AT,
  NO_NODE,
  SIZE_BYTES,
} from './proofLayout.ts'
import type { ProofHash, ProofInternal, ProofLeaf, ProofNode } from './proofNode.ts'

const aligned = (at: number): number => (at + 3) & ~3
const u16 = (block: Uint8Array, at: number): number => block[at]! | (block[at + 1]! << 8)
const u32 = (block: Uint8Array, at: number): number =>
  (u16(block, at) | (u16(block, at + 2) << 16)) >>> 0

/** Where the results follow that the kernel has written for a full entry. */
const extraOf = (block: Uint8Array, entry: number): number =>
  aligned(entry + u32(block, entry - SIZE_BYTES))

/** Where the label of an internal node ends: there its embedded leaf begins. */
const labelEndOf = (block: Uint8Array, entry: number): number =>
  entry + LABEL_AT + labelSize(u16(block, entry + 2))

const keySizeOf = (block: Uint8Array, leaf: number): number => u16(block, leaf + 1)

/** Where the value of the leaf lies that begins there. */
export function valuePlace(
  block: Uint8Array,
  leaf: number,
): { readonly start: number; readonly end: number } {
  const sizeAt = leaf + 3 + keySizeOf(block, leaf)
  const start = sizeAt + SIZE_BYTES
  return { start, end: start + u32(block, sizeAt) }
}

/** The node of a block that is named so. */
export function nodeAt(block: Uint8Array, entry: number): ProofNode {
  if (entry === NO_NODE) return undefined
  const hash = (at: number): Uint8Array => block.subarray(at, at + HASH_BYTES)
  if (block[entry] === ENTRY_HASH) {
    const node: ProofHash = { kind: 'hash', hash: hash(entry + 1) }
    return node
  }
  const extra = extraOf(block, entry)
  if (block[entry + 1] === NODE_LEAF) return new BlockLeaf(block, entry + 1, hash(extra))
  return new BlockInternal(block, entry, extra)
}

// PERF: what a node can tell is looked up when somebody asks; fields are plain ones, as private
// names made checking slower.

class BlockLeaf implements ProofLeaf {
  readonly kind = 'leaf'
  private readonly block: Uint8Array
  private readonly at: number
  private known: Uint8Array | undefined

  /** The kernel keeps no hash of an embedded leaf. */
  constructor(block: Uint8Array, at: number, hash: Uint8Array | undefined) {
    this.block = block
    this.at = at
    this.known = hash
  }

  get key(): Uint8Array {
    const start = this.at + 3
    return this.block.subarray(start, start + keySizeOf(this.block, this.at))
  }

  get value(): Uint8Array {
    const { start, end } = valuePlace(this.block, this.at)
    return this.block.subarray(start, end)
  }

  get hash(): Uint8Array {
    this.known ??= hashLeaf(this)
    return this.known
  }
}

class BlockInternal implements ProofInternal {
  readonly kind = 'internal'
  readonly labelBits: number
  private readonly block: Uint8Array
  private readonly entry: number
  private readonly extra: number

  constructor(block: Uint8Array, entry: number, extra: number) {
    this.block = block
    this.entry = entry
    this.extra = extra
    this.labelBits = u16(block, entry + 2)
  }

  get label(): Uint8Array {
    return this.block.subarray(this.entry + LABEL_AT, labelEndOf(this.block, this.entry))
  }

  get leaf(): ProofNode {
    const { block, entry, extra } = this
    const child = u32(block, extra + AT_LEAF)
    if (child !== CHILD_EMBEDDED) return nodeAt(block, child)
    return new BlockLeaf(block, labelEndOf(block, entry), undefined)
  }

  get left(): ProofNode {
    return nodeAt(this.block, u32(this.block, this.extra + AT_LEFT))
  }

  get right(): ProofNode {
    return nodeAt(this.block, u32(this.block, this.extra + AT_RIGHT))
  }

  get hash(): Uint8Array {
    return this.block.subarray(this.extra, this.extra + HASH_BYTES)
  }
}
