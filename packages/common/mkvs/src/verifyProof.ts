/** Checking a proof against the hash that it must lead to. */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { KEY_BYTES_MAX, PROOF_ENTRIES_MAX } from './limits.ts'
import { verifyProofPlainly } from './plainProof.ts'
import { ENTRY_FULL, NODE_LEAF, type Proof } from './proof.ts'
import { nodeAt, valuePlace } from './proofBlock.ts'
import { growProofKernel, type ProofKernel, proofKernel } from './proofKernel.ts'
import {
  ABSENT,
  BLOCK,
  EXPECTED_HASH,
  HASH_BYTES,
  INTERNAL_EXTRA_BYTES,
  LEAF_EXTRA_BYTES,
  NO_ENTRY,
  REFUSED,
  SIZE_BYTES,
  SOUGHT_KEY,
  UNKNOWN,
} from './proofLayout.ts'
import type { VerifiedProof } from './proofNode.ts'
import { getFromProof, type ProofAnswer } from './readProof.ts'

/** PERF: up to so many bytes a loop copies faster than `set`. */
const LOOP_BYTES_MAX = 16
/** Proofs of one key share memory; larger ones would keep a whole slab alive. */
const SLAB_BYTES = 65_536
const SLAB_PIECE_BYTES_MAX = 8192

/** The most that an entry takes in the kernel's memory. */
const roomOf = (entry: Uint8Array | undefined): number =>
  SIZE_BYTES + (entry === undefined ? 0 : entry.length + 3 + INTERNAL_EXTRA_BYTES)

/** At least what the entries take in the kernel's memory. */
function blockSize(entries: Proof['entries']): number {
  let size = 0
  for (const entry of entries) size += roomOf(entry)
  return size
}

/** Lays the entries out as the kernel takes them; gives the end of the block if there is room. */
function writeBlock(
  { heap, words, blockEnd }: ProofKernel,
  entries: Proof['entries'],
): number | undefined {
  let at = BLOCK
  for (const entry of entries) {
    if (at + roomOf(entry) > blockEnd) return undefined
    if (entry === undefined) {
      words[at >>> 2] = NO_ENTRY
      at += SIZE_BYTES
      continue
    }
    const size = entry.length
    words[at >>> 2] = size
    at += SIZE_BYTES
    if (size > LOOP_BYTES_MAX) heap.set(entry, at)
    else for (let i = 0; i < size; i++) heap[at + i] = entry[i]!
    const isFull = heap[at] === ENTRY_FULL
    const isLeaf = heap[at + 1] === NODE_LEAF
    at = (at + size + 3) & ~3
    if (isFull) at += isLeaf ? LEAF_EXTRA_BYTES : INTERNAL_EXTRA_BYTES
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

/** A proof that the kernel has accepted, as long as it is given no other. */
interface Accepted {
  readonly kernel: ProofKernel
  /** What names the first node. */
  readonly first: number
  /** Where the block ends. */
  readonly end: number
}

/** Lays a proof out and has it checked; undefined if it is refused, or too large. */
function runKernel(root: Uint8Array, proof: Proof): Accepted | undefined {
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
  kernel.heap.set(root, EXPECTED_HASH)
  const first = kernel.verify(end, version)
  return first === REFUSED ? undefined : { kernel, first, end }
}

/** What the kernel accepts; undefined if it does not, or if the proof is too large for it. */
export function verifyProofInKernel(root: Uint8Array, proof: Proof): VerifiedProof | undefined {
  const accepted = runKernel(root, proof)
  if (accepted === undefined) return undefined
  const { kernel, first, end } = accepted
  return { root, node: nodeAt(copyBlock(kernel.heap, end), first) }
}

/**
 * Checks a proof against the hash of the node with which it must begin. Why one is refused, the
 * plain verifier says, which also checks what is too large for the kernel.
 * PERF: one call of a kernel for the whole proof, 1.15 times the speed of calls for its hashes.
 */
export function verifyProof(root: Uint8Array, proof: Proof): VerifiedProof {
  return verifyProofInKernel(root, proof) ?? verifyProofPlainly(root, proof)
}

/**
 * Checks a proof that begins at a tree's root and looks up one key: `getFromProof` of
 * `verifyProof`.
 * PERF: 1.1 times the speed of that: the key is looked up where the proof was checked, and nothing
 * but the value is copied.
 */
export function verifyGet(root: Uint8Array, proof: Proof, key: Uint8Array): ProofAnswer {
  const accepted = key.length > KEY_BYTES_MAX ? undefined : runKernel(root, proof)
  if (accepted === undefined) return getFromProof(verifyProof(root, proof), key)
  const { heap, find } = accepted.kernel
  heap.set(key, SOUGHT_KEY)
  const leaf = find(accepted.first, key.length)
  if (leaf === ABSENT) return { kind: 'absent' }
  if (leaf === UNKNOWN) return { kind: 'unknown' }
  const { start, end } = valuePlace(heap, leaf)
  return { kind: 'present', value: heap.slice(start, end) }
}
