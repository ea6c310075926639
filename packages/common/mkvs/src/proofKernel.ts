/**
 * Checking a proof in one call of a WebAssembly kernel. The proof's entries lie in its memory, one
 * after the other, in a block that is afterwards all that is known about the nodes:
 *
 *   size u32 (NO_ENTRY for none) ‖ entry ‖ padding to 4 bytes
 *   and after a full entry  leaf, left, right: u32 each ‖ its hash ‖ its embedded leaf's hash
 *
 * A node is named by the place of its entry's first byte in the block, 0 where there is none.
 */

import { type Expression, type I32, i32, i64, type V128, v128 } from '@wadi/base/wasm/expression'
import {
  call,
  type FunctionBuilder,
  type FunctionReference,
  type Local,
} from '@wadi/base/wasm/function'
import { instantiate, type KernelMemory } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder, PAGE_BYTES } from '@wadi/base/wasm/module'
import {
  addSha512,
  SHA512_CONSTANT_BYTES,
  SHA512_SCRATCH_BYTES,
} from '@wadi/crypto/hash/sha512Kernel'
import { KEY_BYTES_MAX, PROOF_BLOCK_BYTES_MAX, PROOF_DEPTH_MAX } from './limits.ts'
import { ENTRY_FULL, ENTRY_HASH, NODE_INTERNAL, NODE_LEAF, NODE_NIL } from './proof.ts'
import { EMPTY_HASH } from './roots.ts'

const HASH_BYTES = 32
const PREIMAGE_LEAF = 0
/** A label's bits are a 16-bit number. */
const LABEL_BYTES_MAX = 8192

/** Stands for the size where the proof says that there is no node. */
export const NO_ENTRY = 0xffff_ffff
/** Bytes of the sizes of entries and values. */
export const SIZE_BYTES = 4
/** What follows a full entry. */
export const AT_LEAF = 0
export const AT_LEFT = 4
export const AT_RIGHT = 8
export const AT_HASH = 12
export const AT_EMBEDDED_HASH: number = AT_HASH + HASH_BYTES
export const FULL_EXTRA_BYTES: number = AT_EMBEDDED_HASH + HASH_BYTES

/** Names the leaf that is embedded in the entry itself. */
export const CHILD_EMBEDDED = 1

/** What `verify` answers when it does not accept a proof. */
export const REFUSED = -1

const SCRATCH = SHA512_CONSTANT_BYTES
const EMPTY = SCRATCH + SHA512_SCRATCH_BYTES
const POSITION = EMPTY + HASH_BYTES
const END = POSITION + 4
const VERSION = POSITION + 8
const ROOT_HASH = POSITION + 16
/** The root that a proof has to lead to. */
export const EXPECTED_HASH: number = ROOT_HASH + HASH_BYTES

/** Preimages of the internal nodes from the first to the one that is read. */
const PREIMAGES = 2048
const PREIMAGE_BYTES_MAX = 3 + LABEL_BYTES_MAX + 3 * HASH_BYTES + 16
const PAGES_BEFORE = Math.ceil(
  (PREIMAGES + (PROOF_DEPTH_MAX + 1) * PREIMAGE_BYTES_MAX) / PAGE_BYTES,
)

/** Where an internal node's label begins in its full entry. */
export const LABEL_AT = 4

/** Where the block begins. */
export const BLOCK: number = PAGES_BEFORE * PAGE_BYTES
const BLOCK_PAGES_MIN = 4
/** Labels are read sixteen bytes at a time, also the last one. */
const BEHIND_BYTES = 16

/** The kernel and its memory. */
export interface ProofKernel {
  readonly heap: Uint8Array
  /** The same memory, in 32-bit numbers. */
  readonly words: Uint32Array
  /** Where a block has to end, at the latest. */
  readonly blockEnd: number
  /** (end of the block, proof version): what names the first node, or {@link REFUSED}. */
  verify(end: number, version: number): number
}

interface Exports {
  readonly memory: KernelMemory
  verify(end: number, version: number): number
  /** Grows the memory; -1 if it does not. */
  grow(pages: number): number
}

let exports: Exports | undefined
let running: ProofKernel | undefined

/** The kernel, built at first use. */
export function proofKernel(): ProofKernel {
  exports ??= create()
  running ??= look(exports)
  return running
}

/** The kernel with room for a block of so many bytes, if there is any. */
export function growProofKernel(blockSize: number): ProofKernel | undefined {
  const { heap } = proofKernel()
  const pages = Math.ceil((BLOCK + blockSize + BEHIND_BYTES - heap.length) / PAGE_BYTES)
  if (blockSize > PROOF_BLOCK_BYTES_MAX || exports?.grow(pages) === -1) return undefined
  running = undefined
  return proofKernel()
}

function look({ memory, verify }: Exports): ProofKernel {
  const heap = new Uint8Array(memory.buffer)
  return {
    heap,
    words: new Uint32Array(memory.buffer),
    blockEnd: Math.min(heap.length - BEHIND_BYTES, BLOCK + PROOF_BLOCK_BYTES_MAX),
    verify,
  }
}

type Hash = FunctionReference<readonly ['i32', 'i32', 'i32']>
type HashLeaf = FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']>

function create(): Exports {
  const pagesMax = PAGES_BEFORE + Math.ceil((PROOF_BLOCK_BYTES_MAX + BEHIND_BYTES) / PAGE_BYTES)
  const m = new ModuleBuilder({ pagesMin: PAGES_BEFORE + BLOCK_PAGES_MIN, pagesMax })
  const { hashTrunc256 } = addSha512(m, { constants: 0, scratch: SCRATCH })
  m.data(EMPTY, EMPTY_HASH)
  const hashLeaf = addHashLeaf(m, hashTrunc256)
  const read = addRead(m, hashTrunc256, hashLeaf)
  m.function({ name: 'verify', params: ['i32', 'i32'], result: 'i32' }, (f, end, version) => {
    f.store32(POSITION, BLOCK)
    f.store32(END, end)
    f.store32(VERSION, version)
    const node = f.let(call('i32', read, 0, PREIMAGES, ROOT_HASH))
    refuseIf(f, i32.ne(i32.load(POSITION), end))
    refuseIf(f, isDifferent(ROOT_HASH, EXPECTED_HASH))
    f.return(node)
  })
  m.function({ name: 'grow', params: ['i32'], result: 'i32' }, (f, pages) => {
    f.return(f.growMemory(pages))
  })
  return instantiate<Exports>(m)
}

function refuseIf(f: FunctionBuilder, condition: Expression<'i32'>): void {
  f.if(condition, () => f.return(REFUSED))
}

function copyHash(f: FunctionBuilder, target: I32, source: I32): void {
  for (const half of [0, 16]) f.storeV128(target, v128.load(source, half), half)
}

function isDifferent(a: I32, b: I32): Expression<'i32'> {
  const half = (at: number): V128 => v128.xor(v128.load(a, at), v128.load(b, at))
  return v128.anyTrue(v128.or(half(0), half(16)))
}

/**
 * `(leaf, end, target, copy)`: hashes the leaf that begins at `leaf` and ends before `end`. Says
 * whether there is one. It is hashed where it lies: the preimage is the same but for four bytes of
 * key size instead of two, so that it begins two bytes earlier.
 */
function addHashLeaf(m: ModuleBuilder, hash: Hash): HashLeaf {
  const params = ['i32', 'i32', 'i32', 'i32'] as const
  return m.function({ params, result: 'i32' }, (f, leaf, end, target, copy) => {
    const noneIf = (condition: Expression<'i32'>): void => f.if(condition, () => f.return(0))
    noneIf(i32.gtU(i32.add(leaf, 3 + SIZE_BYTES), end))
    noneIf(i32.ne(i32.load8u(leaf), NODE_LEAF))
    const keySize = f.let(i32.load16u(leaf, 1))
    noneIf(i32.gtU(keySize, KEY_BYTES_MAX))
    const valueAt = f.let(i32.add(i32.add(leaf, 3 + SIZE_BYTES), keySize))
    noneIf(i32.gtU(valueAt, end))
    const valueSize = f.let(i32.load(i32.sub(valueAt, SIZE_BYTES)))
    noneIf(i32.gtU(valueSize, i32.sub(end, valueAt)))
    const preimage = f.let(i32.sub(leaf, 2))
    const saved = f.let(i64.load(preimage))
    f.store8(preimage, PREIMAGE_LEAF)
    f.store32(preimage, keySize, 1)
    f.run(hash, preimage, i32.add(i32.sub(valueAt, preimage), valueSize), target)
    f.store64(preimage, saved)
    copyHash(f, copy, target)
    f.return(1)
  })
}

/** An internal node that is being read: its full entry, and where its preimage is put together. */
interface Internal {
  readonly entry: Local<'i32'>
  readonly end: Local<'i32'>
  readonly extra: Local<'i32'>
  readonly depth: Local<'i32'>
  readonly preimage: Local<'i32'>
}

type Read = FunctionReference<readonly ['i32', 'i32', 'i32']>

/**
 * `(depth, preimage, target)`: reads the subtree that begins at the next entry and writes its hash
 * to `target`, which lies in the preimage of its parent. Gives what names it, or REFUSED.
 */
function addRead(m: ModuleBuilder, hash: Hash, hashLeaf: HashLeaf): Read {
  const params = ['i32', 'i32', 'i32'] as const
  const read = m.declare({ params, result: 'i32' })
  m.define(read, (f, depth, preimage, target) => {
    const at = f.let(i32.load(POSITION))
    refuseIf(f, i32.gtU(depth, PROOF_DEPTH_MAX))
    refuseIf(f, i32.geU(at, i32.load(END)))
    const size = f.let(i32.load(at))
    f.if(i32.eq(size, NO_ENTRY), () => {
      f.store32(POSITION, i32.add(at, SIZE_BYTES))
      copyHash(f, target, EMPTY)
      f.return(0)
    })
    refuseIf(f, i32.eqz(size))
    const entry = f.let(i32.add(at, SIZE_BYTES))
    const name = i32.sub(entry, BLOCK)
    const end = f.let(i32.add(entry, size))
    const extra = f.let(i32.and(i32.add(end, 3), -4))
    f.if(i32.eq(i32.load8u(entry), ENTRY_HASH), () => {
      refuseIf(f, i32.ne(size, 1 + HASH_BYTES))
      f.store32(POSITION, extra)
      copyHash(f, target, i32.add(entry, 1))
      f.return(i32.select(isDifferent(target, EMPTY), name, 0))
    })
    refuseIf(f, i32.ne(i32.load8u(entry), ENTRY_FULL))
    f.store32(POSITION, i32.add(extra, FULL_EXTRA_BYTES))
    const hashAt = i32.add(extra, AT_HASH)
    f.if(i32.ne(i32.load8u(entry, 1), NODE_INTERNAL), () => {
      refuseIf(f, i32.eqz(call('i32', hashLeaf, i32.add(entry, 1), end, target, hashAt)))
      f.return(name)
    })
    const preimageEnd = writePreimage(f, { entry, end, extra, depth, preimage }, { read, hashLeaf })
    f.run(hash, preimage, i32.sub(preimageEnd, preimage), target)
    copyHash(f, hashAt, target)
    f.return(name)
  })
  return read
}

/** Checks the head of an internal node's entry; gives where the label ends. */
function writeCheckedLabel(f: FunctionBuilder, { entry, end }: Internal): Local<'i32'> {
  refuseIf(f, i32.ne(i32.load8u(entry, 1), NODE_INTERNAL))
  const bits = f.let(i32.load16u(entry, 2))
  const labelEnd = f.let(i32.add(i32.add(entry, LABEL_AT), i32.shrU(i32.add(bits, 7), 3)))
  refuseIf(f, i32.geU(labelEnd, end))
  const used = i32.add(i32.and(i32.sub(bits, 1), 7), 1)
  const spare = i32.and(i32.load8u(i32.sub(labelEnd, 1)), i32.shrU(0xff, used))
  // Without a label it is the upper byte of its size that is looked at, of which no bit is spare.
  refuseIf(f, spare)
  return labelEnd
}

/** Puts an internal node's preimage together, reading the children; gives where it ends. */
function writePreimage(
  f: FunctionBuilder,
  node: Internal,
  { read, hashLeaf }: { readonly read: Read; readonly hashLeaf: HashLeaf },
): Local<'i32'> {
  const { entry, end, extra, depth, preimage } = node
  const labelEnd = writeCheckedLabel(f, node)
  const headSize = f.let(i32.sub(i32.sub(labelEnd, entry), 1))
  // It begins with the very bytes of the entry, from the kind to the end of the label.
  f.storeV128(preimage, v128.load(entry, 1))
  f.if(i32.gtU(headSize, 16), () => f.copy(preimage, i32.add(entry, 1), headSize))
  const at = f.let(i32.add(preimage, headSize))
  const preimageEnd = f.let(i32.add(at, 3 * HASH_BYTES))
  const next = f.let(i32.and(i32.add(preimageEnd, 15), -16))
  const below = f.let(i32.add(depth, 1))
  const leaf = f.let(i32.const(0))
  f.if(
    i32.eq(i32.load8u(labelEnd), NODE_NIL),
    () => copyHash(f, at, EMPTY),
    () => {
      const copy = i32.add(extra, AT_EMBEDDED_HASH)
      refuseIf(f, i32.eqz(call('i32', hashLeaf, labelEnd, end, at, copy)))
      f.set(leaf, CHILD_EMBEDDED)
    },
  )
  f.if(i32.load(VERSION), () => {
    f.set(leaf, call('i32', read, below, next, at))
    refuseIf(f, i32.eq(leaf, REFUSED))
    f.if(leaf, () => {
      const isFull = i32.eq(i32.load8u(leaf, BLOCK), ENTRY_FULL)
      refuseIf(f, i32.and(isFull, i32.eq(i32.load8u(leaf, BLOCK + 1), NODE_INTERNAL)))
    })
  })
  f.store32(extra, leaf, AT_LEAF)
  for (const [slot, offset] of [
    [AT_LEFT, HASH_BYTES],
    [AT_RIGHT, 2 * HASH_BYTES],
  ] as const) {
    const child = f.let(call('i32', read, below, next, i32.add(at, offset)))
    refuseIf(f, i32.eq(child, REFUSED))
    f.store32(extra, child, slot)
  }
  return preimageEnd
}
