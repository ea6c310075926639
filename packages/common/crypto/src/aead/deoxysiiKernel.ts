/**
 * Deoxys-BC-384 and the passes of Deoxys-II over it, as a WebAssembly kernel.
 *
 * Constant time: a block lives in one vector register, look-ups are permutations of a register by
 * a register (never a memory access at a secret address), and no branch depends on anything but
 * the sizes. Four blocks go side by side, so that the latency of one hides behind the others.
 *
 * Bytes are kept as pairs of GF(16) (`towerField.ts`) from the first round to the last. ShiftRows
 * moves nothing: after r rounds the byte at position p is kept at the place that `frame(r)` gives,
 * and only the constant permutations of the column mix and of the tweak know about it. After four
 * rounds everything is back at its own place.
 */

import { type I32, i32, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference, Local } from '@wadi/base/wasm/function'
import { instantiate, type KernelMemory } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder } from '@wadi/base/wasm/module'
import { AFFINE_CONSTANT, makeTowerTables, multiply, type TowerTables } from './towerField.ts'

const ROUNDS = 16
const ROUNDS_PER_FRAME = 4
const LANES = 4
const BLOCK = 16

/** Where the key goes before `expandKey`. */
export const KEY_AT = 0
/** The expanded key: one round key for each of the rounds and one before the first. */
export const SCHEDULE_AT = 64
/** Bytes of an expanded key. */
export const SCHEDULE_BYTES = (ROUNDS + 1) * BLOCK
/** The fifteen bytes of the nonce, after one byte that the kernel sets. */
export const NONCE_AT = 352
/** The tag of the message. */
export const TAG_AT = 368
/** The running sum of all enciphered blocks, as pairs. */
export const SUM_AT = 384
/** The data of a pass. */
export const DATA_AT = 512
/** How much data one pass takes. The kernel pads behind it. */
export const DATA_BYTES = 32_768

/** The prefix of a tweak: what kind of block this is. */
export const PREFIX = { text: 0x00, textLast: 0x40, data: 0x20, dataLast: 0x60, tag: 0x10 } as const

/** What the kernel exports. Sizes in bytes; `first` is the number of the pass's first block. */
export interface DeoxysiiKernel {
  readonly memory: KernelMemory
  /** Expands the key at {@link KEY_AT}. */
  expandKey(): void
  /** Adds the data's enciphered blocks to the sum; the last one is padded if it is not whole. */
  absorb(size: number, first: number, prefix: number, prefixLast: number): void
  /** Turns the sum into the tag, under the nonce. */
  finishTag(): void
  /** Adds the key stream of tag and nonce to the data. */
  addKeyStream(size: number, first: number): void
}

const positions = Array.from({ length: BLOCK }, (_, p) => p)
const rowOf = (p: number): number => p % 4
const at = (row: number, column: number): number => 4 * (column & 3) + (row & 3)
const columnOf = (p: number): number => (p - rowOf(p)) / 4

const SHIFT_ROWS = positions.map((p) => at(rowOf(p), columnOf(p) + rowOf(p)))
const TWEAK_MOVE = [1, 6, 11, 12, 5, 10, 15, 0, 9, 14, 3, 4, 13, 2, 7, 8]

/** Which byte of the state is kept at each place after `round` rounds. */
function frame(round: number): readonly number[] {
  let places: readonly number[] = positions
  for (let i = 0; i < round % ROUNDS_PER_FRAME; i++) {
    places = places.map((p) => SHIFT_ROWS.indexOf(p))
  }
  return places
}

/** The permutation `move` of a state, for places of the frame `from` read into the frame `to`. */
function inFrames(
  move: readonly number[],
  from: readonly number[],
  to: readonly number[],
): readonly number[] {
  return to.map((p) => from.indexOf(move[p]!))
}

const rotation = (rows: number): readonly number[] =>
  positions.map((p) => at(rowOf(p) + rows, columnOf(p)))

const repeat = (byte: number): readonly number[] => positions.map(() => byte)

type Permute = (table: V128, indexes: V128) => V128
type Vector = Local<'v128'>

/** What the instructions are written with: a vector permutation and the tables for it. */
interface Cipher extends TowerTables {
  readonly permute: Permute
}

/** Both nibbles of every byte through a pair of tables, added. */
function mapNibbles(
  permute: Permute,
  [byLow, byHigh]: readonly [readonly number[], readonly number[]],
  value: V128,
): V128 {
  const low = permute(v128.const(byLow), v128.and(value, v128.const(repeat(15))))
  return v128.xor(low, permute(v128.const(byHigh), v128.shrUI8(value, 4)))
}

const toPairs = ({ permute, toPair }: Cipher, bytes: V128): V128 =>
  mapNibbles(permute, toPair, bytes)

const fromPairs = ({ permute, fromPair }: Cipher, pairs: V128): V128 =>
  mapNibbles(permute, fromPair, pairs)

/** One block on its way: its state, its tweak and room for the steps of a round. */
interface Lane {
  readonly block: Vector
  readonly tweak: Vector
  readonly i: Vector
  readonly k: Vector
  readonly j: Vector
  readonly overP: Vector
  readonly overQ: Vector
  readonly mixed: Vector
}

function laneOf(f: FunctionBuilder): Lane {
  const next = (): Vector => f.local('v128')
  return {
    block: next(),
    tweak: next(),
    i: next(),
    k: next(),
    j: next(),
    overP: next(),
    overQ: next(),
    mixed: next(),
  }
}

const lanesOf = (f: FunctionBuilder): readonly Lane[] =>
  Array.from({ length: LANES }, () => laneOf(f))

type Tables = Readonly<
  Record<'invert' | 'invertTimesA' | 'byP' | 'byQ' | 'twiceByP' | 'twiceByQ' | 'highMask', Vector>
>

function loadTables(f: FunctionBuilder, cipher: Cipher): Tables {
  const load = (bytes: readonly number[]): Vector => f.let(v128.const(bytes))
  return {
    invert: load(cipher.inverse),
    invertTimesA: load(cipher.inverseTimesA),
    byP: load(cipher.substituted[0]),
    byQ: load(cipher.substituted[1]),
    twiceByP: load(cipher.substitutedTwice[0]),
    twiceByQ: load(cipher.substitutedTwice[1]),
    highMask: load(repeat(0xf0)),
  }
}

/** Enciphers the block of every lane in place, each under its own tweak; both are pairs. */
function encipher(f: FunctionBuilder, cipher: Cipher, lanes: readonly Lane[]): void {
  const tables = loadTables(f, cipher)
  const key = f.let(v128.load(SCHEDULE_AT))
  for (const { block, tweak } of lanes) f.set(block, v128.xor(v128.xor(block, key), tweak))
  const pointer = f.let(i32.const(SCHEDULE_AT + BLOCK))
  f.loop((next) => {
    for (let round = 0; round < ROUNDS_PER_FRAME; round++) {
      f.set(key, v128.load(pointer, BLOCK * round))
      for (const lane of lanes) {
        substitute(f, cipher.permute, tables, lane)
        mixColumnsAndAddKey(f, round, lane, key)
      }
    }
    f.set(pointer, i32.add(pointer, BLOCK * ROUNDS_PER_FRAME))
    f.breakIf(next, i32.ltU(pointer, SCHEDULE_AT + SCHEDULE_BYTES))
  })
}

/** The S-box without its constant, which is in the round keys: once into `i`, doubled `mixed`. */
function substitute(f: FunctionBuilder, permute: Permute, tables: Tables, lane: Lane): void {
  const { block, i, k, j, overP, overQ, mixed } = lane
  const inverse = (indexes: V128): V128 => permute(tables.invert, indexes)
  f.set(i, v128.and(block, tables.highMask))
  f.set(k, v128.xor(block, i))
  f.set(i, v128.shrUI32(i, 4))
  f.set(j, v128.xor(i, k))
  f.set(k, permute(tables.invertTimesA, k))
  f.set(overP, v128.xor(inverse(v128.xor(inverse(i), k)), j))
  f.set(overQ, v128.xor(inverse(v128.xor(inverse(j), k)), i))
  f.set(i, v128.xor(permute(tables.byP, overP), permute(tables.byQ, overQ)))
  f.set(mixed, v128.xor(permute(tables.twiceByP, overP), permute(tables.twiceByQ, overQ)))
}

/** With S in `i` and m = 2·S + rot(S), the column mix is m + rot(m) + rot³(S). */
function mixColumnsAndAddKey(f: FunctionBuilder, round: number, lane: Lane, key: Vector): void {
  const { block, tweak, i: once, mixed } = lane
  const places = frame(round + 1)
  const rotate = (value: V128, rows: number): V128 =>
    v128.shuffle(value, value, inFrames(rotation(rows), places, places))
  f.set(mixed, v128.xor(mixed, rotate(once, 1)))
  f.set(tweak, v128.shuffle(tweak, tweak, inFrames(TWEAK_MOVE, frame(round), places)))
  f.set(block, v128.xor(v128.xor(mixed, key), tweak))
  f.set(block, v128.xor(block, v128.xor(rotate(mixed, 1), rotate(once, 3))))
}

const ONES = v128.const(repeat(1))

/** The linear shift registers of TK2 and TK3, on every byte. */
const shiftRegister2 = (x: V128): V128 =>
  v128.or(v128.shlI8(x, 1), v128.and(v128.xor(v128.shrUI8(x, 7), v128.shrUI8(x, 5)), ONES))
const shiftRegister3 = (x: V128): V128 =>
  v128.or(v128.shrUI8(x, 1), v128.shlI8(v128.xor(x, v128.shrUI8(x, 6)), 7))

/** The constant of a round, with the S-box's constant, which the column mix leaves as it is. */
function roundConstant(round: number): V128 {
  let constant = 0x2f
  for (let i = 0; i < round; i++) constant = multiply(constant, 2)
  const bytes = [1, 2, 4, 8, constant, constant, constant, constant, 0, 0, 0, 0, 0, 0, 0, 0]
  return v128.const(bytes.map((byte) => byte ^ (round === 0 ? 0 : AFFINE_CONSTANT)))
}

function writeExpandKey(m: ModuleBuilder, cipher: Cipher): void {
  m.function({ name: 'expandKey', params: [] }, (f) => {
    const tk3 = f.let(v128.load(KEY_AT))
    const tk2 = f.let(v128.load(KEY_AT + BLOCK))
    for (let round = 0; round <= ROUNDS; round++) {
      if (round > 0) {
        f.set(tk2, shiftRegister2(v128.shuffle(tk2, tk2, TWEAK_MOVE)))
        f.set(tk3, shiftRegister3(v128.shuffle(tk3, tk3, TWEAK_MOVE)))
      }
      const sum = v128.xor(v128.xor(tk2, tk3), roundConstant(round))
      const key = f.let(toPairs(cipher, sum))
      f.storeV128(SCHEDULE_AT + BLOCK * round, v128.shuffle(key, key, frame(round)))
    }
  })
}

const ZEROS = v128.const(repeat(0))

/** The number of a block in the last four bytes of a vector, most significant first. */
const numberBlock = (n: I32): V128 =>
  v128.shuffle(v128.splatI32(n), ZEROS, [...repeat(16).slice(4), 3, 2, 1, 0])

/** A byte in the first place of a vector. */
const prefixBlock = (prefix: I32): V128 =>
  v128.shuffle(v128.splatI8(prefix), ZEROS, [0, ...repeat(16).slice(1)])

/** Adds four enciphered blocks to the sum, or as many as there are: `left` bytes at `pointer`. */
function writeAbsorbBlocks(
  m: ModuleBuilder,
  cipher: Cipher,
): FunctionReference<readonly ['i32', 'i32', 'i32', 'i32', 'i32']> {
  return m.function(
    { params: ['i32', 'i32', 'i32', 'i32', 'i32'] },
    (f, pointer, left, n, prefix, prefixLast) => {
      const lanes = lanesOf(f)
      for (const [index, { block, tweak }] of lanes.entries()) {
        const isWhole = i32.geS(left, BLOCK * (index + 1))
        const kind = prefixBlock(i32.select(isWhole, prefix, prefixLast))
        f.set(tweak, toPairs(cipher, v128.or(kind, numberBlock(i32.add(n, index)))))
        f.set(block, toPairs(cipher, v128.load(pointer, BLOCK * index)))
      }
      encipher(f, cipher, lanes)
      const sum = f.let(v128.load(SUM_AT))
      for (const [index, { block }] of lanes.entries()) {
        const isThere = v128.splatI32(i32.sub(0, i32.gtS(left, BLOCK * index)))
        f.set(sum, v128.xor(sum, v128.and(block, isThere)))
      }
      f.storeV128(SUM_AT, sum)
    },
  )
}

function writeAbsorb(m: ModuleBuilder, cipher: Cipher): void {
  const absorbBlocks = writeAbsorbBlocks(m, cipher)
  m.function(
    { name: 'absorb', params: ['i32', 'i32', 'i32', 'i32'] },
    (f, size, first, prefix, prefixLast) => {
      const pointer = f.let(i32.const(DATA_AT))
      const left = f.let(size)
      const n = f.let(first)
      f.if(i32.and(size, BLOCK - 1), () => {
        f.fill(i32.add(size, DATA_AT), 0, BLOCK)
        f.store8(i32.add(size, DATA_AT), 0x80)
      })
      f.while(i32.gtS(left, 0), () => {
        f.run(absorbBlocks, pointer, left, n, prefix, prefixLast)
        f.set(pointer, i32.add(pointer, BLOCK * LANES))
        f.set(left, i32.sub(left, BLOCK * LANES))
        f.set(n, i32.add(n, LANES))
      })
    },
  )
}

function writeFinishTag(m: ModuleBuilder, cipher: Cipher): void {
  m.function({ name: 'finishTag', params: [] }, (f) => {
    const lane = laneOf(f)
    f.store8(NONCE_AT, PREFIX.tag)
    f.set(lane.tweak, toPairs(cipher, v128.load(NONCE_AT)))
    f.set(lane.block, v128.load(SUM_AT))
    encipher(f, cipher, [lane])
    f.storeV128(TAG_AT, fromPairs(cipher, lane.block))
  })
}

/** The key stream goes in steps of four blocks; what lies behind the data is spoiled. */
function writeAddKeyStream(m: ModuleBuilder, cipher: Cipher): void {
  m.function({ name: 'addKeyStream', params: ['i32', 'i32'] }, (f, size, first) => {
    const lanes = lanesOf(f)
    f.store8(NONCE_AT, 0)
    const nonce = f.let(toPairs(cipher, v128.load(NONCE_AT)))
    const tag = f.let(v128.or(v128.load(TAG_AT), prefixBlock(0x80)))
    const pointer = f.let(i32.const(DATA_AT))
    const end = f.let(i32.add(size, DATA_AT))
    const n = f.let(first)
    f.while(i32.ltU(pointer, end), () => {
      for (const [index, { block, tweak }] of lanes.entries()) {
        f.set(tweak, toPairs(cipher, v128.xor(tag, numberBlock(i32.add(n, index)))))
        f.set(block, nonce)
      }
      encipher(f, cipher, lanes)
      for (const [index, { block }] of lanes.entries()) {
        const data = v128.load(pointer, BLOCK * index)
        f.storeV128(pointer, v128.xor(data, fromPairs(cipher, block)), BLOCK * index)
      }
      f.set(pointer, i32.add(pointer, BLOCK * LANES))
      f.set(n, i32.add(n, LANES))
    })
  })
}

/** How a register is permuted by a register. Both give the same result. */
export type Permutation = 'relaxed' | 'portable'

/**
 * Builds the kernel.
 * PERF: the relaxed permutation is one instruction where the portable one is two: ×1.3 for 1 KiB.
 * It is exact here: an index is below 16 or, for infinity, above 127, and both are specified.
 */
export function createDeoxysiiKernel(permutation: Permutation): DeoxysiiKernel {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  const permute = permutation === 'relaxed' ? v128.relaxedSwizzle : v128.swizzle
  const cipher = { ...makeTowerTables(), permute }
  writeExpandKey(m, cipher)
  writeAbsorb(m, cipher)
  writeFinishTag(m, cipher)
  writeAddKeyStream(m, cipher)
  return instantiate<DeoxysiiKernel>(m)
}
