/**
 * SHA-512 and its truncations as functions of a WebAssembly kernel, for any kernel that has
 * messages in its memory: the tree's nodes are hashed where they lie.
 */

import { type Expression, type I32, i32, i64, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { rootFractions } from './rootFractions.ts'

/** Where the functions keep their table and their work; both addresses are multiples of 16. */
export interface Sha512Memory {
  /** {@link SHA512_CONSTANT_BYTES} that nobody else writes. */
  readonly constants: number
  /** {@link SHA512_SCRATCH_BYTES}, overwritten by every call. */
  readonly scratch: number
}

/** The functions that {@link addSha512} adds. */
export interface Sha512Functions {
  /** `(state, block, count)`: absorbs `count` ≥ 1 blocks into the eight words at `state`. */
  readonly compress: FunctionReference<readonly ['i32', 'i32', 'i32']>
  /** `(state, tail, tailSize, size)`: absorbs the last `tailSize` < 128 bytes and the padding. */
  readonly finish: FunctionReference<readonly ['i32', 'i32', 'i32', 'i64']>
  /** `(initial, message, size, target)`: writes 64 bytes of digest; `initial` is a state. */
  readonly hash: FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']>
  /** `(message, size, target)`: writes the 32 bytes of SHA-512/256, wherever the message lies. */
  readonly hashTrunc256: FunctionReference<readonly ['i32', 'i32', 'i32']>
}

export const SHA512_BLOCK_BYTES = 128
export const SHA512_STATE_BYTES = 64

const ROUNDS = 80
const ROUND_TABLE_BYTES = 8 * ROUNDS
export const SHA512_CONSTANT_BYTES: number = ROUND_TABLE_BYTES + SHA512_STATE_BYTES

const SCHEDULE_BYTES = 128
/** Padding may need two blocks. */
const PADDED_BYTES = 2 * SHA512_BLOCK_BYTES
export const SHA512_SCRATCH_BYTES: number = SCHEDULE_BYTES + PADDED_BYTES + SHA512_STATE_BYTES

/** The state before the first block. SHA-512/256: FIPS 180-4, 5.3.6.2. */
export const SHA512_TRUNC256_INITIAL: readonly bigint[] = [
  0x22312194fc2bf72cn,
  0x9f555fa3c84c64c2n,
  0x2393b86b6f53b151n,
  0x963877195940eabdn,
  0x96283ee2a88effe3n,
  0xbe5e1e2553863992n,
  0x2b0199fc2c85b8aan,
  0x0eb72ddc81c52ca2n,
]

/** Adds SHA-512's functions to a kernel. */
export function addSha512(m: ModuleBuilder, memory: Sha512Memory): Sha512Functions {
  m.data(memory.constants, wordBytes(rootFractions(3, ROUNDS)))
  const trunc256 = memory.constants + ROUND_TABLE_BYTES
  m.data(trunc256, wordBytes(SHA512_TRUNC256_INITIAL))
  const padded = memory.scratch + SCHEDULE_BYTES

  const compress = m.function({ params: ['i32', 'i32', 'i32'] }, (f, state, block, count) => {
    writeCompress(f, memory, { state, block, count })
  })
  const finish = m.function(
    { params: ['i32', 'i32', 'i32', 'i64'] },
    (f, state, tail, tailSize, size) => {
      writePadded(f, padded, tail, tailSize)
      // The size takes the last 16 bytes; its upper half is zero for all that fits in a computer.
      const isTwo = f.let(i32.gtU(tailSize, SHA512_BLOCK_BYTES - 17))
      const end = f.let(i32.add(padded + SHA512_BLOCK_BYTES - 8, i32.shl(isTwo, 7)))
      f.store64(end, v128.extractI64(bigEndian(v128.splatI64(i64.shl(size, 3n))), 0))
      f.run(compress, state, padded, i32.add(isTwo, 1))
    },
  )
  const state = padded + PADDED_BYTES
  const writeHash = (f: FunctionBuilder, initial: I32, p: HashParameters): void => {
    for (let at = 0; at < SHA512_STATE_BYTES; at += 16)
      f.storeV128(state, v128.load(initial, at), at)
    const whole = f.let(i32.and(p.size, -SHA512_BLOCK_BYTES))
    f.if(whole, () => f.run(compress, state, p.message, i32.shrU(p.size, 7)))
    const tail = i32.add(p.message, whole)
    f.run(finish, state, tail, i32.sub(p.size, whole), i64.extendU(p.size))
    writeSha512Digest(f, state, p.target, p.digestBytes)
  }
  const hash = m.function(
    { params: ['i32', 'i32', 'i32', 'i32'] },
    (f, initial, message, size, target) => {
      writeHash(f, initial, { message, size, target, digestBytes: 64 })
    },
  )
  const hashTrunc256 = m.function({ params: ['i32', 'i32', 'i32'] }, (f, message, size, target) => {
    writeHash(f, trunc256, { message, size, target, digestBytes: 32 })
  })
  return { compress, finish, hash, hashTrunc256 }
}

interface HashParameters {
  readonly message: Local<'i32'>
  readonly size: Local<'i32'>
  readonly target: Local<'i32'>
  readonly digestBytes: number
}

/** Writes the first bytes of a state as a digest. */
export function writeSha512Digest(f: FunctionBuilder, state: I32, target: I32, size: number): void {
  for (let at = 0; at < size; at += 16) f.storeV128(target, bigEndian(v128.load(state, at)), at)
}

/** Words as they lie in the kernel's memory. */
export function wordBytes(words: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * words.length))
  words.forEach((word, i) => {
    view.setBigUint64(8 * i, word, true)
  })
  return new Uint8Array(view.buffer)
}

const ZERO = v128.splatI32(0)

/** The two words of a pair, each with its bytes turned round. */
function bigEndian(pair: V128): V128 {
  return v128.shuffle(pair, pair, [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8])
}

/**
 * Writes the tail, 0x80 and zeros to `padded`: two blocks, of which the second is used if needed.
 * PERF: bytes are picked sixteen at a time by comparing their indexes with the size.
 */
function writePadded(f: FunctionBuilder, padded: number, tail: Local<'i32'>, size: I32): void {
  // Reading a whole block from the last bytes of the memory would trap.
  const lastPage = i32.shrU(i32.add(tail, SHA512_BLOCK_BYTES - 1), 16)
  f.if(i32.geU(lastPage, f.memoryPages()), () => {
    f.copy(padded, tail, size)
    f.set(tail, padded)
  })
  const sizes = f.let(v128.splatI8(size))
  for (let at = 0; at < SHA512_BLOCK_BYTES; at += 16) {
    const indexes = v128.const(Array.from({ length: 16 }, (_, i) => at + i))
    const kept = v128.and(v128.load(tail, at), v128.gtSI8(sizes, indexes))
    const mark = v128.and(v128.eqI8(sizes, indexes), v128.splatI8(0x80))
    f.storeV128(padded, v128.or(kept, mark), at)
    f.storeV128(padded, ZERO, SHA512_BLOCK_BYTES + at)
  }
}

interface CompressParameters {
  readonly state: Local<'i32'>
  readonly block: Local<'i32'>
  readonly count: Local<'i32'>
}

/** All rounds unrolled; the state in locals, the schedule in pairs of words. */
function writeCompress(f: FunctionBuilder, memory: Sha512Memory, p: CompressParameters): void {
  const words = Array.from({ length: 8 }, () => f.local('i64'))
  const pairs = Array.from({ length: 8 }, () => f.local('v128'))
  const majority = { last: f.local('i64'), next: f.local('i64') }
  words.forEach((word, i) => {
    f.set(word, i64.load(p.state, 8 * i))
  })
  f.loop((next) => {
    pairs.forEach((pair, i) => {
      f.set(pair, bigEndian(v128.load(p.block, 16 * i)))
    })
    f.set(majority.last, i64.xor(words[1]!, words[2]!))
    for (let round = 0; round < ROUNDS; round += 2) {
      const at = (round % 16) / 2
      if (round >= 16) writeSchedule(f, pairs, at)
      const sum = v128.addI64(pairs[at]!, v128.load(memory.constants, 8 * round))
      f.storeV128(memory.scratch, sum, 16 * at)
      for (const r of [round, round + 1]) {
        writeRound(f, words, majority, i64.load(memory.scratch, 8 * (r % 16)))
        words.unshift(words.pop()!)
        ;[majority.last, majority.next] = [majority.next, majority.last]
      }
    }
    words.forEach((word, i) => {
      f.set(word, i64.add(word, i64.load(p.state, 8 * i)))
      f.store64(p.state, word, 8 * i)
    })
    f.set(p.block, i32.add(p.block, SHA512_BLOCK_BYTES))
    f.set(p.count, i32.sub(p.count, 1))
    f.breakIf(next, p.count)
  })
}

type Word = Local<'i64'>
type Seven = [Word, Word, Word, Word, Word, Word, Word]

/**
 * One round; the new `a` and `e` replace `h` and `d` in place.
 * maj(a, b, c) is b ^ ((a ^ b) & (b ^ c)), and the round before has computed b ^ c as its a ^ b.
 */
function writeRound(
  f: FunctionBuilder,
  words: readonly Local<'i64'>[],
  majority: { readonly last: Local<'i64'>; readonly next: Local<'i64'> },
  input: Expression<'i64'>,
): void {
  const [a, b, d, e, g, k, h] = [0, 1, 3, 4, 5, 6, 7].map((i) => words[i]!) as Seven
  const choice = i64.xor(i64.and(i64.xor(g, k), e), k)
  f.set(h, i64.add(i64.add(i64.add(h, input), choice), rotatedThrice(e, 14n, 18n, 41n)))
  f.set(d, i64.add(d, h))
  f.set(majority.next, i64.xor(a, b))
  const most = i64.xor(i64.and(majority.next, majority.last), b)
  f.set(h, i64.add(i64.add(h, most), rotatedThrice(a, 28n, 34n, 39n)))
}

function rotatedThrice(word: Local<'i64'>, x: bigint, y: bigint, z: bigint): Expression<'i64'> {
  return i64.xor(i64.xor(i64.rotr(word, x), i64.rotr(word, y)), i64.rotr(word, z))
}

/** The next two words of the schedule, in place of the two that are sixteen rounds older. */
function writeSchedule(f: FunctionBuilder, pairs: readonly Local<'v128'>[], at: number): void {
  const pair = (i: number): Local<'v128'> => pairs[(at + i) % 8]!
  const across = (low: V128, high: V128): V128 =>
    v128.shuffle(low, high, [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
  const early = f.local('v128')
  const late = pair(7)
  f.set(early, across(pair(0), pair(1)))
  const rotatedBy8 = v128.shuffle(
    early,
    early,
    [1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8],
  )
  const small0 = xorAll(
    v128.shrUI64(early, 1),
    v128.shlI64(early, 63),
    rotatedBy8,
    v128.shrUI64(early, 7),
  )
  const small1 = xorAll(
    v128.shrUI64(late, 19),
    v128.shlI64(late, 45),
    v128.shrUI64(late, 61),
    v128.shlI64(late, 3),
    v128.shrUI64(late, 6),
  )
  const old = v128.addI64(pair(0), across(pair(4), pair(5)))
  f.set(pair(0), v128.addI64(v128.addI64(old, small0), small1))
}

function xorAll(first: V128, ...rest: readonly V128[]): V128 {
  return rest.reduce((sum, term) => v128.xor(sum, term), first)
}
