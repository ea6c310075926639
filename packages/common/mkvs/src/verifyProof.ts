/** Checking a proof against the hash that it must lead to. */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { PROOF_ENTRIES_MAX } from './limits.ts'
import { labelSize } from './nodeRecord.ts'
import { verifyProofPlainly } from './plainProof.ts'
import { ENTRY_FULL, ENTRY_HASH, NODE_LEAF, type Proof } from './proof.ts'
import {
  AT_EMBEDDED_HASH,
  AT_HASH,
  AT_LEAF,
  AT_LEFT,
  AT_RIGHT,
  BLOCK,
  CHILD_EMBEDDED,
  EXPECTED_HASH,
  FULL_EXTRA_BYTES,
  growProofKernel,
  LABEL_AT,
  NO_ENTRY,
  type ProofKernel,
  proofKernel,
  REFUSED,
  SIZE_BYTES,
} from './proofKernel.ts'
import type { ProofHash, ProofInternal, ProofLeaf, ProofNode, VerifiedProof } from './proofNode.ts'

const HASH_BYTES = 32
/** PERF: up to so many bytes a loop copies faster than `set`. */
const LOOP_BYTES_MAX = 16
/** Proofs of one key share memory; larger ones would keep a whole slab alive. */
const SLAB_BYTES = 65_536
const SLAB_PIECE_BYTES_MAX = 8192

const u16 = (block: Uint8Array, at: number): number => block[at]! | (block[at + 1]! << 8)
const u32 = (block: Uint8Array, at: number): number =>
  (u16(block, at) | (u16(block, at + 2) << 16)) >>> 0

// Nodes are views of the block that the kernel has checked (`proofKernel.ts`).
// PERF: what a node can tell is looked up when somebody asks; fields are plain ones, as private
// names made checking slower.

class VerifiedLeaf implements ProofLeaf {
  readonly kind = 'leaf'
  private readonly block: Uint8Array
  private readonly at: number
  private readonly hashAt: number

  constructor(block: Uint8Array, at: number, hashAt: number) {
    this.block = block
    this.at = at
    this.hashAt = hashAt
  }

  get key(): Uint8Array {
    const start = this.at + 3
    return this.block.subarray(start, start + u16(this.block, this.at + 1))
  }

  get value(): Uint8Array {
    const { block } = this
    const sizeAt = this.at + 3 + u16(block, this.at + 1)
    const start = sizeAt + SIZE_BYTES
    return block.subarray(start, start + u32(block, sizeAt))
  }

  get hash(): Uint8Array {
    return this.block.subarray(this.hashAt, this.hashAt + HASH_BYTES)
  }
}

class VerifiedInternal implements ProofInternal {
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
    return this.block.subarray(this.entry + LABEL_AT, this.labelEnd)
  }

  private get labelEnd(): number {
    return this.entry + LABEL_AT + labelSize(this.labelBits)
  }

  get leaf(): ProofNode {
    const { block, extra } = this
    const child = u32(block, extra + AT_LEAF)
    if (child !== CHILD_EMBEDDED) return nodeAt(block, child)
    return new VerifiedLeaf(block, this.labelEnd, extra + AT_EMBEDDED_HASH)
  }

  get left(): ProofNode {
    return nodeAt(this.block, u32(this.block, this.extra + AT_LEFT))
  }

  get right(): ProofNode {
    return nodeAt(this.block, u32(this.block, this.extra + AT_RIGHT))
  }

  get hash(): Uint8Array {
    const at = this.extra + AT_HASH
    return this.block.subarray(at, at + HASH_BYTES)
  }
}

/** The node that is named so. */
function nodeAt(block: Uint8Array, entry: number): ProofNode {
  if (entry === 0) return undefined
  if (block[entry] === ENTRY_HASH) {
    const hash: ProofHash = {
      kind: 'hash',
      hash: block.subarray(entry + 1, entry + 1 + HASH_BYTES),
    }
    return hash
  }
  const extra = aligned(entry + u32(block, entry - SIZE_BYTES))
  if (block[entry + 1] === NODE_LEAF) return new VerifiedLeaf(block, entry + 1, extra + AT_HASH)
  return new VerifiedInternal(block, entry, extra)
}

const aligned = (at: number): number => (at + 3) & ~3

/** At least what the entries take in the kernel's memory. */
function blockSize(entries: Proof['entries']): number {
  let size = 0
  for (const entry of entries)
    size += SIZE_BYTES + (entry === undefined ? 0 : entry.length + 3 + FULL_EXTRA_BYTES)
  return size
}

/** Lays the entries out as the kernel takes them; gives the end of the block if there is room. */
function writeBlock(
  { heap, words, blockEnd }: ProofKernel,
  entries: Proof['entries'],
): number | undefined {
  let at = BLOCK
  for (const entry of entries) {
    const size = entry === undefined ? 0 : entry.length
    const room = SIZE_BYTES + (entry === undefined ? 0 : size + 3 + FULL_EXTRA_BYTES)
    if (at + room > blockEnd) return undefined
    words[at >>> 2] = entry === undefined ? NO_ENTRY : size
    at += SIZE_BYTES
    if (entry === undefined) continue
    if (size > LOOP_BYTES_MAX) heap.set(entry, at)
    else for (let i = 0; i < size; i++) heap[at + i] = entry[i]!
    at = aligned(at + size) + (entry[0] === ENTRY_FULL ? FULL_EXTRA_BYTES : 0)
  }
  return at
}

let slab: Uint8Array = EMPTY_BYTES
let slabAt = 0

/**
 * A copy of the block that ends there.
 * PERF: blocks are cut from slabs, as an array of its own for each costs more than its bytes.
 */
function copyBlock(heap: Uint8Array, end: number): Uint8Array {
  const size = end - BLOCK
  if (size > SLAB_PIECE_BYTES_MAX) return heap.slice(BLOCK, end)
  if (slabAt + size > slab.length) {
    slab = new Uint8Array(SLAB_BYTES)
    slabAt = 0
  }
  const at = slabAt
  slabAt += size
  slab.set(heap.subarray(BLOCK, end), at)
  return slab.subarray(at, slabAt)
}

/** What the kernel accepts; undefined if it does not, or if the proof is too large for it. */
export function verifyProofInKernel(root: Uint8Array, proof: Proof): VerifiedProof | undefined {
  const { version, untrustedRoot, entries } = proof
  if (version > 1 || root.length !== HASH_BYTES || !equalBytes(untrustedRoot, root))
    return undefined
  if (entries.length > PROOF_ENTRIES_MAX) return undefined
  let kernel: ProofKernel | undefined = proofKernel()
  let end = writeBlock(kernel, entries)
  if (end === undefined) {
    kernel = growProofKernel(blockSize(entries))
    end = kernel && writeBlock(kernel, entries)
  }
  if (kernel === undefined || end === undefined) return undefined
  const { heap } = kernel
  heap.set(root, EXPECTED_HASH)
  const node = kernel.verify(end, version)
  if (node === REFUSED) return undefined
  return { root, node: nodeAt(copyBlock(heap, end), node) }
}

/**
 * Checks a proof against the hash of the node with which it must begin. Why one is refused, the
 * plain verifier says, which also checks what is too large for the kernel.
 * PERF: one call of a kernel for the whole proof, 1.15 times the speed of calls for its hashes.
 */
export function verifyProof(root: Uint8Array, proof: Proof): VerifiedProof {
  return verifyProofInKernel(root, proof) ?? verifyProofPlainly(root, proof)
}
