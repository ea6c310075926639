/**
 * ChaCha20 and Poly1305 as a WebAssembly kernel, for messages of a packet's size.
 *
 * Constant time: nothing but sizes decides about branches and addresses. ChaCha20 makes four blocks
 * at a time, a vector holding the same word of each; Poly1305 counts in five limbs of 26 bits.
 */

import { type I32, type I64, i32, i64, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference, Local } from '@wadi/base/wasm/function'
import { instantiate, type KernelMemory } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder } from '@wadi/base/wasm/module'

/** Where the key and the nonce go. */
export const KEY_AT = 0
export const NONCE_AT = 32
/** Where the lengths go that are authenticated last. */
const LENGTHS_AT = 48
const TAG_AT = 64
const TAG_BYTES = 16
const SUM_AT = 128
/** Where the associated data go, and how many there may be. */
export const DATA_AT = 1024
export const DATA_BYTES_MAX = 1024
/** Before the text are the zeros of the block that becomes the key of Poly1305. */
const BLOCK_BYTES = 64
/** Where the text goes, and how long it may be. */
export const TEXT_AT = 4096
export const TEXT_BYTES_MAX = 16_384
/** Where it comes out: enciphered if it was not, and the other way round. */
export const RESULT_AT = 28_672
/** Where the key of Poly1305 comes out, in a block of its own. */
const MAC_KEY_AT: number = RESULT_AT - BLOCK_BYTES

/** What the kernel exports. */
export interface ChaCha20Poly1305Kernel {
  readonly memory: KernelMemory
  /** Enciphers the text; the tag is behind it. The keys are gone. */
  seal(size: number, dataSize: number): void
  /** Deciphers the text, whose tag is behind it; 1 if the tag is right. The keys are gone. */
  open(size: number, dataSize: number): number
}

const LANES = 4
const BATCH_BYTES = LANES * BLOCK_BYTES
const WORDS = 16
const DOUBLE_ROUNDS = 10
const WORD_BYTES = 4
/** "expand 32-byte k". */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]
const KEY_WORD = 4
const COUNTER_WORD = 12
const COLUMNS = [0, 1, 2, 3].map((i) => [i, i + 4, i + 8, i + 12] as const)
const DIAGONALS = [0, 1, 2, 3].map(
  (i) => [i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3)] as const,
)

const lanes = Array.from({ length: 16 }, (_, i) => i)
const turnBytes = (by: number) => lanes.map((i) => (i & ~3) | ((i - by + 4) & 3))
const rotate16 = (a: V128) => v128.shuffle(a, a, turnBytes(2))
const rotate8 = (a: V128) => v128.shuffle(a, a, turnBytes(1))

type Word = Local<'v128'>
type Words = readonly Word[]
type FourWords = [Word, Word, Word, Word]

function writeRotate(f: FunctionBuilder, word: Local<'v128'>, bits: number): void {
  f.set(word, v128.or(v128.shlI32(word, bits), v128.shrUI32(word, 32 - bits)))
}

function writeQuarterRound(f: FunctionBuilder, words: Words, at: readonly number[]): void {
  const [a, b, c, d] = at.map((i) => words[i]!) as FourWords
  f.set(a, v128.addI32(a, b))
  f.set(d, rotate16(v128.xor(d, a)))
  f.set(c, v128.addI32(c, d))
  f.set(b, v128.xor(b, c))
  writeRotate(f, b, 12)
  f.set(a, v128.addI32(a, b))
  f.set(d, rotate8(v128.xor(d, a)))
  f.set(c, v128.addI32(c, d))
  f.set(b, v128.xor(b, c))
  writeRotate(f, b, 7)
}

/** A word of the state before the first round, in all lanes. */
function initialWord(index: number, counters: V128): V128 {
  if (index < KEY_WORD) return v128.splatI32(CONSTANTS[index]!)
  if (index === COUNTER_WORD) return counters
  if (index < COUNTER_WORD) return v128.splatI32(i32.load(KEY_AT, WORD_BYTES * (index - KEY_WORD)))
  return v128.splatI32(i32.load(NONCE_AT, WORD_BYTES * (index - COUNTER_WORD - 1)))
}

const LOW_PAIRS = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23]
const HIGH_PAIRS = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31]
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
const HIGH_HALVES = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31]

/** Four words of four blocks, as sixteen bytes of each block. */
function writeTransposed(f: FunctionBuilder, words: Words, four: number): readonly V128[] {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => words[four + i]!) as FourWords
  const lowAb = f.let(v128.shuffle(a, b, LOW_PAIRS))
  const highAb = f.let(v128.shuffle(a, b, HIGH_PAIRS))
  const lowCd = f.let(v128.shuffle(c, d, LOW_PAIRS))
  const highCd = f.let(v128.shuffle(c, d, HIGH_PAIRS))
  return [
    v128.shuffle(lowAb, lowCd, LOW_HALVES),
    v128.shuffle(lowAb, lowCd, HIGH_HALVES),
    v128.shuffle(highAb, highCd, LOW_HALVES),
    v128.shuffle(highAb, highCd, HIGH_HALVES),
  ]
}

const FIRST_COUNTERS = [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]

/** Adds the key stream to the text, and makes the key of Poly1305. */
function addStream(m: ModuleBuilder): FunctionReference<['i32']> {
  return m.function({ params: ['i32'] }, (f, size) => {
    const words = Array.from({ length: WORDS }, () => f.local('v128'))
    const at = f.local('i32')
    const round = f.local('i32')
    const counters = f.let(v128.const(FIRST_COUNTERS))
    const end = f.let(i32.add(size, BLOCK_BYTES))
    f.while(i32.ltU(at, end), () => {
      for (const [i, word] of words.entries()) f.set(word, initialWord(i, counters))
      f.set(round, DOUBLE_ROUNDS)
      f.loop((next) => {
        for (const places of [...COLUMNS, ...DIAGONALS]) writeQuarterRound(f, words, places)
        f.set(round, i32.sub(round, 1))
        f.breakIf(next, round)
      })
      for (const [i, word] of words.entries())
        f.set(word, v128.addI32(word, initialWord(i, counters)))
      for (let four = 0; four < WORDS; four += LANES) {
        for (const [block, stream] of writeTransposed(f, words, four).entries()) {
          const offset = block * BLOCK_BYTES + WORD_BYTES * four
          const text = v128.load(at, TEXT_AT - BLOCK_BYTES + offset)
          f.storeV128(at, v128.xor(text, stream), MAC_KEY_AT + offset)
        }
      }
      f.set(counters, v128.addI32(counters, v128.splatI32(LANES)))
      f.set(at, i32.add(at, BATCH_BYTES))
    })
  })
}

const LIMBS = 5
const LIMB_BITS = 26n
const LIMB_MASK = 0x3ffffffn
const SUM_BYTES = 8 * LIMBS
/** Where the limbs of sixteen bytes begin: a byte, and bits of it that are not theirs. */
const LIMB_PLACES = [0, 3, 6, 9, 12].map((byte, i) => ({ byte, bits: BigInt(2 * i) }))
/** The bits of the key that are not taken. */
const CLAMP = [0x3ffffffn, 0x3ffff03n, 0x3ffc0ffn, 0x3f03fffn, 0x00fffffn]
const HIGH_BIT = 1n << 24n

type Limbs = readonly Local<'i64'>[]

const sumOf = (terms: readonly I64[]): I64 => terms.reduce((sum, term) => i64.add(sum, term))

/** Brings every limb but the second below 2²⁶. */
function writeCarry(f: FunctionBuilder, limbs: Limbs): void {
  for (let i = 0; i < LIMBS; i++) {
    const carry = i64.shrU(limbs[i]!, LIMB_BITS)
    const next = limbs[(i + 1) % LIMBS]!
    f.set(next, i64.add(next, i + 1 === LIMBS ? i64.mul(carry, 5n) : carry))
    f.set(limbs[i]!, i64.and(limbs[i]!, LIMB_MASK))
  }
  f.set(limbs[1]!, i64.add(limbs[1]!, i64.shrU(limbs[0]!, LIMB_BITS)))
  f.set(limbs[0]!, i64.and(limbs[0]!, LIMB_MASK))
}

/** Adds so many blocks of 16 bytes to the sum, of which there is at least one. */
function addAbsorb(m: ModuleBuilder): FunctionReference<['i32', 'i32']> {
  return m.function({ params: ['i32', 'i32'] }, (f, at, count) => {
    const key = LIMB_PLACES.map(({ byte, bits }, i) =>
      f.let(i64.and(i64.shrU(i64.load32u(MAC_KEY_AT, byte), bits), CLAMP[i]!)),
    )
    const folded = key.map((limb) => f.let(i64.mul(limb, 5n)))
    const sum = LIMB_PLACES.map((_, i) => f.let(i64.load(SUM_AT, 8 * i)))
    const product = LIMB_PLACES.map(() => f.local('i64'))
    f.loop((next) => {
      for (const [i, { byte, bits }] of LIMB_PLACES.entries()) {
        const limb = i64.shrU(i64.load32u(at, byte), bits)
        const isLast = i === LIMBS - 1
        const whole = isLast ? i64.or(limb, HIGH_BIT) : i64.and(limb, LIMB_MASK)
        f.set(sum[i]!, i64.add(sum[i]!, whole))
      }
      for (const [i, limb] of product.entries())
        f.set(
          limb,
          sumOf(sum.map((each, j) => i64.mul(each, i >= j ? key[i - j]! : folded[i - j + LIMBS]!))),
        )
      for (const [i, limb] of product.entries()) f.set(sum[i]!, limb)
      writeCarry(f, sum)
      f.set(at, i32.add(at, 16))
      f.set(count, i32.sub(count, 1))
      f.breakIf(next, count)
    })
    for (const [i, limb] of sum.entries()) f.store64(SUM_AT, limb, 8 * i)
  })
}

/** Takes the prime away if the sum is not below it, by masks. */
function writeReduced(f: FunctionBuilder, sum: Limbs): void {
  // The last of them leaves nothing above 2²⁶.
  for (let pass = 0; pass < 3; pass++) writeCarry(f, sum)
  const less = sum.map((limb) => f.let(i64.add(limb, 0n)))
  f.set(less[0]!, i64.add(less[0]!, 5n))
  for (let i = 1; i < LIMBS; i++) {
    f.set(less[i]!, i64.add(less[i]!, i64.shrU(less[i - 1]!, LIMB_BITS)))
    f.set(less[i - 1]!, i64.and(less[i - 1]!, LIMB_MASK))
  }
  const last = less[LIMBS - 1]!
  f.set(last, i64.sub(last, 1n << LIMB_BITS))
  const isBelow = f.let(i64.shrS(last, 63n))
  for (const [i, limb] of sum.entries())
    f.set(limb, i64.xor(less[i]!, i64.and(isBelow, i64.xor(limb, less[i]!))))
}

/** Writes the tag of what was added. */
function addFinish(m: ModuleBuilder): FunctionReference<['i32']> {
  return m.function({ params: ['i32'] }, (f, target) => {
    const sum = LIMB_PLACES.map((_, i) => f.let(i64.load(SUM_AT, 8 * i)))
    writeReduced(f, sum)
    const carry = f.local('i64')
    for (let i = 0; i < LIMBS - 1; i++) {
      const low = i64.shrU(sum[i]!, BigInt(6 * i))
      const high = i64.shl(sum[i + 1]!, LIMB_BITS - BigInt(6 * i))
      const word = i64.and(i64.or(low, high), 0xffffffffn)
      const secret = i64.load32u(MAC_KEY_AT, 16 + WORD_BYTES * i)
      f.set(carry, i64.add(i64.add(word, secret), i64.shrU(carry, 32n)))
      f.store32(target, i32.wrap(carry), WORD_BYTES * i)
    }
  })
}

/** Writes the tag of the data and of a text that is at a place. */
function addTag(
  m: ModuleBuilder,
  absorb: FunctionReference<['i32', 'i32']>,
  finish: FunctionReference<['i32']>,
): FunctionReference<['i32', 'i32', 'i32', 'i32']> {
  const writePadded = (f: FunctionBuilder, at: I32, size: Local<'i32'>): void =>
    f.if(size, () => {
      const count = i32.shrU(i32.add(size, TAG_BYTES - 1), 4)
      f.fill(i32.add(at, size), 0, i32.and(i32.sub(0, size), TAG_BYTES - 1))
      f.run(absorb, at, count)
    })
  return m.function({ params: ['i32', 'i32', 'i32', 'i32'] }, (f, at, size, dataSize, target) => {
    f.fill(SUM_AT, 0, SUM_BYTES)
    writePadded(f, i32.const(DATA_AT), dataSize)
    writePadded(f, at, size)
    f.store64(LENGTHS_AT, i64.extendU(dataSize))
    f.store64(LENGTHS_AT, i64.extendU(size), 8)
    f.run(absorb, LENGTHS_AT, 1)
    f.run(finish, target)
    f.fill(KEY_AT, 0, LENGTHS_AT - KEY_AT)
    f.fill(MAC_KEY_AT, 0, BLOCK_BYTES)
  })
}

/** Builds and starts the kernel. */
export function startChaCha20Poly1305(): ChaCha20Poly1305Kernel {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  const stream = addStream(m)
  const tag = addTag(m, addAbsorb(m), addFinish(m))
  m.function({ name: 'seal', params: ['i32', 'i32'] }, (f, size, dataSize) => {
    f.run(stream, size)
    f.run(tag, RESULT_AT, size, dataSize, i32.add(size, RESULT_AT))
  })
  m.function({ name: 'open', params: ['i32', 'i32'], result: 'i32' }, (f, size, dataSize) => {
    const low = f.let(i64.load(size, TEXT_AT))
    const high = f.let(i64.load(size, TEXT_AT + 8))
    f.run(stream, size)
    f.run(tag, TEXT_AT, size, dataSize, TAG_AT)
    const otherLow = i64.xor(low, i64.load(TAG_AT))
    const otherHigh = i64.xor(high, i64.load(TAG_AT, 8))
    f.return(i64.eqz(i64.or(otherLow, otherHigh)))
  })
  return instantiate<ChaCha20Poly1305Kernel>(m)
}
