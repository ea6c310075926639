/**
 * Checking a proof in one call of a WebAssembly kernel, where its entries lie (`proofLayout.ts`).
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
import { addSha512, type Sha512Functions } from '@wadi/crypto/hash/sha512Kernel'
import { KEY_BYTES_MAX, PROOF_BLOCK_BYTES_MAX, PROOF_DEPTH_MAX } from './limits.ts'
import { ENTRY_FULL, ENTRY_HASH, NODE_INTERNAL, NODE_LEAF, NODE_NIL } from './proof.ts'
import { addProofFind } from './proofFind.ts'
import {
  ABSENT,
  AT_LEAF,
  AT_LEFT,
  AT_RIGHT,
  BEHIND_BYTES,
  BLOCK,
  BLOCK_PAGES_MIN,
  CHILD_EMBEDDED,
  EMBEDDED_HASH,
  EMPTY,
  END,
  EXPECTED_HASH,
  HASH_AT,
  HASH_BYTES,
  INTERNAL_EXTRA_BYTES,
  LABEL_AT,
  LEAF_EXTRA_BYTES,
  NO_ENTRY,
  NO_NODE,
  PAGES_BEFORE,
  POSITION,
  PREIMAGE,
  REFUSED,
  SCRATCH,
  SIZE_BYTES,
  SOUGHT_KEY,
  UNKNOWN,
  VERSION,
} from './proofLayout.ts'
import { EMPTY_HASH } from './roots.ts'

const PREIMAGE_LEAF = 0
/** What the preimage of a node with one byte of label begins with, up to the label's end. */
const USUAL_HEAD_BYTES = 4

/** The kernel and its memory. */
export interface ProofKernel {
  readonly heap: Uint8Array
  /** The same memory, in 32-bit numbers. */
  readonly words: Uint32Array
  /** Where a block has to end, at the latest. */
  readonly blockEnd: number
  /** (end of the block, proof version): what names the first node, or {@link REFUSED}. */
  verify(end: number, version: number): number
  /**
   * (what names the first node, size of the key at {@link SOUGHT_KEY}): looks the key up in the
   * block that was verified. Gives where its leaf lies, {@link ABSENT} or {@link UNKNOWN}.
   */
  find(first: number, keySize: number): number
}

interface Exports extends Pick<ProofKernel, 'verify' | 'find'> {
  readonly memory: KernelMemory
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

function look({ memory, verify, find }: Exports): ProofKernel {
  const heap = new Uint8Array(memory.buffer)
  return {
    heap,
    words: new Uint32Array(memory.buffer),
    blockEnd: Math.min(heap.length - BEHIND_BYTES, BLOCK + PROOF_BLOCK_BYTES_MAX),
    verify,
    find,
  }
}

type Hash = FunctionReference<readonly ['i32', 'i32', 'i32']>
type HashLeaf = FunctionReference<readonly ['i32', 'i32', 'i32']>
type HashUsual = FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']>

/** The functions that read calls. */
interface Hashers {
  readonly hash: Hash
  readonly hashLeaf: HashLeaf
  readonly hashUsual: HashUsual
}

function create(): Exports {
  const pagesMax = PAGES_BEFORE + Math.ceil((PROOF_BLOCK_BYTES_MAX + BEHIND_BYTES) / PAGE_BYTES)
  const m = new ModuleBuilder({ pagesMin: PAGES_BEFORE + BLOCK_PAGES_MIN, pagesMax })
  const sha512 = addSha512(m, { constants: 0, scratch: SCRATCH })
  m.data(EMPTY, EMPTY_HASH)
  const read = addRead(m, {
    hash: sha512.hashTrunc256,
    hashLeaf: addHashLeaf(m, sha512.hashTrunc256),
    hashUsual: addHashUsual(m, sha512),
  })
  m.function({ name: 'verify', params: ['i32', 'i32'], result: 'i32' }, (f, end, version) => {
    f.store32(POSITION, BLOCK)
    f.store32(END, end)
    f.store32(VERSION, version)
    const node = f.let(call('i32', read, 0))
    refuseIf(f, i32.eq(node, REFUSED))
    refuseIf(f, i32.ne(i32.load(POSITION), end))
    refuseIf(f, isDifferent(i32.load(HASH_AT), EXPECTED_HASH))
    f.return(node)
  })
  addProofFind(m)
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
 * `(leaf, end, target)`: hashes the leaf that begins at `leaf` and ends before `end`. Says
 * whether there is one. It is hashed where it lies: the preimage is the same but for four bytes of
 * key size instead of two, so that it begins two bytes earlier.
 */
function addHashLeaf(m: ModuleBuilder, hash: Hash): HashLeaf {
  const params = ['i32', 'i32', 'i32'] as const
  return m.function({ params, result: 'i32' }, (f, leaf, end, target) => {
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
    f.return(1)
  })
}

/** Lanes of a vector with its words turned round. */
const turned = (lanes: readonly number[]): readonly number[] =>
  lanes.map((_, i) => lanes[(i & 8) + 7 - (i & 7)]!)

/** Sixteen bytes from `start` on of two vectors, as words of a block. */
function wordsFrom(start: number, first: V128, second: V128): V128 {
  return v128.shuffle(first, second, turned(Array.from({ length: 16 }, (_, i) => start + i)))
}

const wordAt = (bytes: Uint8Array, at: number): bigint =>
  new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at)

/**
 * `(head, left, right, target)`: hashes the usual internal node, which has a label of one byte and
 * no leaf. Its preimage is `head`, four bytes, and three hashes; left and right are given by the
 * places where theirs lie.
 * PERF: the words are put together in registers, 1.1 times the speed of a preimage in memory
 * for the whole check: no hash waits for the memory that the one before it was written to.
 */
function addHashUsual(m: ModuleBuilder, { writeTrunc256OfBlock }: Sha512Functions): HashUsual {
  const size = USUAL_HEAD_BYTES + 3 * HASH_BYTES
  return m.function({ params: ['i32', 'i32', 'i32', 'i32'] }, (f, head, left, right, target) => {
    const left0 = f.let(v128.load(left))
    const left16 = f.let(v128.load(left, 16))
    const right0 = f.let(v128.load(right))
    const right16 = f.let(v128.load(right, 16))
    const emptyAt = (start: number): V128 => v128.const([...EMPTY_HASH.subarray(start, start + 16)])
    const tail = v128.const([0x80, ...new Uint8Array(15)])
    writeTrunc256OfBlock(
      f,
      [
        wordsFrom(12, v128.splatI32(head), emptyAt(0)),
        [wordAt(EMPTY_HASH, 12), wordAt(EMPTY_HASH, 20)],
        wordsFrom(12, emptyAt(16), left0),
        wordsFrom(12, left0, left16),
        wordsFrom(12, left16, right0),
        wordsFrom(12, right0, right16),
        wordsFrom(12, right16, tail),
        [0n, BigInt(8 * size)],
      ],
      target,
    )
  })
}

/** A node's full entry as it is being read. */
interface FullEntry {
  readonly entry: Local<'i32'>
  readonly end: Local<'i32'>
  /** Where the results go. */
  readonly extra: Local<'i32'>
}

type Read = FunctionReference<readonly ['i32']>

/**
 * `(depth)`: reads the subtree that begins at the next entry. Gives what names it, or REFUSED; the
 * place of its hash is left at `HASH_AT`.
 */
function addRead(m: ModuleBuilder, hashers: Hashers): Read {
  const read = m.declare({ params: ['i32'] as const, result: 'i32' })
  m.define(read, (f, depth) => {
    const at = f.let(i32.load(POSITION))
    refuseIf(f, i32.gtU(depth, PROOF_DEPTH_MAX))
    refuseIf(f, i32.geU(at, i32.load(END)))
    const size = f.let(i32.load(at))
    f.if(i32.eq(size, NO_ENTRY), () => {
      f.store32(POSITION, i32.add(at, SIZE_BYTES))
      f.store32(HASH_AT, EMPTY)
      f.return(NO_NODE)
    })
    refuseIf(f, i32.eqz(size))
    const entry = f.let(i32.add(at, SIZE_BYTES))
    const name = i32.sub(entry, BLOCK)
    const end = f.let(i32.add(entry, size))
    const extra = f.let(i32.and(i32.add(end, 3), -4))
    f.if(i32.eq(i32.load8u(entry), ENTRY_HASH), () => {
      refuseIf(f, i32.ne(size, 1 + HASH_BYTES))
      f.store32(POSITION, extra)
      const hash = i32.add(entry, 1)
      const isThere = f.let(isDifferent(hash, EMPTY))
      f.store32(HASH_AT, hash)
      f.return(i32.select(isThere, name, NO_NODE))
    })
    refuseIf(f, i32.ne(i32.load8u(entry), ENTRY_FULL))
    f.if(
      i32.eq(i32.load8u(entry, 1), NODE_LEAF),
      () => {
        f.store32(POSITION, i32.add(extra, LEAF_EXTRA_BYTES))
        const isLeaf = call('i32', hashers.hashLeaf, i32.add(entry, 1), end, extra)
        refuseIf(f, i32.eqz(isLeaf))
      },
      () => {
        f.store32(POSITION, i32.add(extra, INTERNAL_EXTRA_BYTES))
        readInternal(f, { entry, end, extra }, { ...hashers, read, below: i32.add(depth, 1) })
      },
    )
    f.store32(HASH_AT, extra)
    f.return(name)
  })
  return read
}

/** Checks the head of an internal node's entry; gives where the label ends. */
function writeCheckedLabel(f: FunctionBuilder, { entry, end }: FullEntry): Local<'i32'> {
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

interface Below extends Hashers {
  readonly read: Read
  /** How deep the children lie. */
  readonly below: Expression<'i32'>
}

/** Reads an internal node's children, and hashes it. */
function readInternal(f: FunctionBuilder, node: FullEntry, below: Below): void {
  const { entry, end, extra } = node
  const labelEnd = writeCheckedLabel(f, node)
  const leaf = f.let(i32.const(EMPTY))
  f.store32(extra, NO_NODE, AT_LEAF)
  const isEmbedding = i32.ne(i32.load8u(labelEnd), NODE_NIL)
  const hashEmbedded = call('i32', below.hashLeaf, labelEnd, end, EMBEDDED_HASH)
  f.if(i32.load(VERSION), () => {
    // Where leaves are separate, one that is embedded counts for nothing, but is to be well-formed.
    f.if(isEmbedding, () => refuseIf(f, i32.eqz(hashEmbedded)))
    const name = readChild(f, node, below, AT_LEAF)
    f.if(name, () => {
      const isFull = i32.eq(i32.load8u(name, BLOCK), ENTRY_FULL)
      refuseIf(f, i32.and(isFull, i32.eq(i32.load8u(name, BLOCK + 1), NODE_INTERNAL)))
    })
    f.set(leaf, i32.load(HASH_AT))
  })
  readChild(f, node, below, AT_LEFT)
  const left = f.let(i32.load(HASH_AT))
  readChild(f, node, below, AT_RIGHT)
  const right = f.let(i32.load(HASH_AT))
  f.if(i32.eqz(i32.load(VERSION)), () => {
    // Only now: there is one place for the hash, and the children may embed leaves as well.
    f.if(isEmbedding, () => {
      refuseIf(f, i32.eqz(hashEmbedded))
      f.store32(extra, CHILD_EMBEDDED, AT_LEAF)
      f.set(leaf, EMBEDDED_HASH)
    })
  })
  const isUsual = i32.and(
    i32.eq(leaf, EMPTY),
    i32.eq(i32.sub(labelEnd, entry), 1 + USUAL_HEAD_BYTES),
  )
  f.if(
    isUsual,
    () => f.run(below.hashUsual, i32.load(entry, 1), left, right, extra),
    () => hashPreimage(f, { entry, labelEnd, extra, leaf, left, right }, below.hash),
  )
}

/** Reads the next subtree as a child; gives what names it. */
function readChild(
  f: FunctionBuilder,
  { extra }: FullEntry,
  { read, below }: Below,
  slot: number,
): Local<'i32'> {
  const name = f.let(call('i32', read, below))
  refuseIf(f, i32.eq(name, REFUSED))
  f.store32(extra, name, slot)
  return name
}

/** What an internal node's preimage is made from: its head, and the places of three hashes. */
interface Preimage {
  readonly entry: Local<'i32'>
  readonly labelEnd: Local<'i32'>
  readonly extra: Local<'i32'>
  readonly leaf: Local<'i32'>
  readonly left: Local<'i32'>
  readonly right: Local<'i32'>
}

/** Puts an internal node's preimage together and hashes it. */
function hashPreimage(
  f: FunctionBuilder,
  { entry, labelEnd, extra, leaf, left, right }: Preimage,
  hash: Hash,
): void {
  const headSize = f.let(i32.sub(i32.sub(labelEnd, entry), 1))
  // It begins with the very bytes of the entry, from the kind to the end of the label.
  f.copy(PREIMAGE, i32.add(entry, 1), headSize)
  const at = f.let(i32.add(PREIMAGE, headSize))
  ;[leaf, left, right].forEach((child, i) => {
    copyHash(f, i32.add(at, i * HASH_BYTES), child)
  })
  f.run(hash, PREIMAGE, i32.add(headSize, 3 * HASH_BYTES), extra)
}
