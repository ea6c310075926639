/** Keccak-f[1600] and hashes on it as functions of a WebAssembly kernel (FIPS 202). */

import { type I32, i32, i64, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'

/** Where the functions keep their table and their work; both addresses are multiples of 16. */
export interface KeccakMemory {
  /** {@link KECCAK_CONSTANT_BYTES} that nobody else writes. */
  readonly constants: number
  /** {@link KECCAK_SCRATCH_BYTES}, overwritten by every call of a hash. */
  readonly scratch: number
}

/** One sponge: how many bytes a block has, and the bits between the message and the padding. */
export interface KeccakSponge {
  readonly rate: number
  readonly suffix: number
}

/** The functions that {@link addKeccak} adds. */
export interface KeccakFunctions {
  /** `(state)`: permutes the 200 bytes at `state`. */
  readonly permute: FunctionReference<readonly ['i32']>
  /** `(state, block, end, rate)`: absorbs the blocks from `block` to `end`. */
  readonly absorb: FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']>
  /** `(state, tail, tailSize, rate, suffix)`: absorbs what is left of the last block, padded. */
  readonly finish: FunctionReference<readonly ['i32', 'i32', 'i32', 'i32', 'i32']>
  /** Adds `(message, size, target)`: a hash whose digest, ≤ 64 bytes, is less than a block. */
  readonly addHash: (
    sponge: KeccakSponge,
    digestBytes: number,
  ) => FunctionReference<readonly ['i32', 'i32', 'i32']>
}

export const KECCAK_STATE_BYTES = 200
const ROUNDS = 24
export const KECCAK_CONSTANT_BYTES: number = 8 * ROUNDS
/** A state, and the tail of a message that ends where the memory does. */
export const KECCAK_SCRATCH_BYTES = 400
/** The tail of a message is read in vectors, up to the largest rate. */
const TAIL_READ_BYTES = 176
const TAIL_COPY = 208

/** Adds Keccak's functions to a kernel. */
export function addKeccak(m: ModuleBuilder, memory: KeccakMemory): KeccakFunctions {
  m.data(memory.constants, roundConstants())
  const permute = m.function({ params: ['i32'] }, (f, state) => {
    writePermute(f, state, memory.constants)
  })
  const absorb = m.function({ params: ['i32', 'i32', 'i32', 'i32'] }, (f, ...parameters) => {
    const [state, block, end, rate] = parameters
    const word = f.local('i32')
    f.while(i32.ltU(block, end), () => {
      f.set(word, 0)
      f.loop((next) => {
        const lane = i32.add(state, word)
        f.store64(lane, i64.xor(i64.load(lane), i64.load(i32.add(block, word))))
        f.set(word, i32.add(word, 8))
        f.breakIf(next, i32.ltU(word, rate))
      })
      f.run(permute, state)
      f.set(block, i32.add(block, rate))
    })
  })
  const finish = m.function({ params: ['i32', 'i32', 'i32', 'i32', 'i32'] }, (f, ...parameters) => {
    const [state, tail, tailSize, rate, suffix] = parameters
    writeTail(f, { state, tail, tailSize, copy: memory.scratch + TAIL_COPY })
    xorByte(f, i32.add(state, tailSize), suffix)
    xorByte(f, i32.sub(i32.add(state, rate), 1), 0x80)
    f.run(permute, state)
  })
  const addHash: KeccakFunctions['addHash'] = ({ rate, suffix }, digestBytes) =>
    m.function({ params: ['i32', 'i32', 'i32'] }, (f, message, size, target) => {
      const state = memory.scratch
      const zero = v128.splatI32(0)
      for (let at = 0; at < KECCAK_STATE_BYTES; at += 16) f.storeV128(state, zero, at)
      const tail = f.let(i32.add(message, i32.sub(size, i32.remU(size, rate))))
      f.run(absorb, state, message, tail, rate)
      f.run(finish, state, tail, i32.sub(i32.add(message, size), tail), rate, suffix)
      for (let at = 0; at < digestBytes; at += 16) f.storeV128(target, v128.load(state, at), at)
    })
  return { permute, absorb, finish, addHash }
}

function xorByte(f: FunctionBuilder, pointer: I32, byte: I32): void {
  f.store8(pointer, i32.xor(i32.load8u(pointer), byte))
}

interface TailParameters {
  readonly state: Local<'i32'>
  readonly tail: Local<'i32'>
  readonly tailSize: Local<'i32'>
  readonly copy: number
}

/**
 * Absorbs the bytes of a block that is not full.
 * PERF: sixteen at a time, masked by comparing their indexes with the size. The indexes exceed
 * 127, so both sides are moved down by 128 for the signed comparison.
 */
function writeTail(f: FunctionBuilder, { state, tail, tailSize, copy }: TailParameters): void {
  // Reading a whole block from the last bytes of the memory would trap.
  const lastPage = i32.shrU(i32.add(tail, TAIL_READ_BYTES - 1), 16)
  f.if(i32.geU(lastPage, f.memoryPages()), () => {
    f.copy(copy, tail, tailSize)
    f.set(tail, copy)
  })
  const sizes = f.let(v128.splatI8(i32.sub(tailSize, 128)))
  for (let at = 0; at < TAIL_READ_BYTES; at += 16) {
    const indexes = v128.const(Array.from({ length: 16 }, (_, i) => (at + i + 128) & 255))
    const kept = v128.and(v128.load(tail, at), v128.gtSI8(sizes, indexes))
    f.storeV128(state, v128.xor(v128.load(state, at), kept), at)
  }
}

/** The constants of iota: a bit of an LFSR for each position 2^j - 1 (FIPS 202, 3.2.5). */
function roundConstants(): Uint8Array {
  const table = new DataView(new ArrayBuffer(KECCAK_CONSTANT_BYTES))
  let register = 1
  for (let round = 0; round < ROUNDS; round++) {
    let constant = 0n
    for (let j = 0; j < 7; j++) {
      if ((register & 1) === 1) constant |= 1n << BigInt((1 << j) - 1)
      register = (register << 1) ^ ((register >> 7) * 0x171)
    }
    table.setBigUint64(8 * round, constant, true)
  }
  return new Uint8Array(table.buffer)
}

/** How far rho turns each lane (FIPS 202, 3.2.2); the lane (x, y) is number x + 5y. */
function laneRotations(): readonly bigint[] {
  const rotations = new Array<bigint>(25).fill(0n)
  let [x, y] = [1, 0]
  for (let t = 0; t < 24; t++) {
    rotations[x + 5 * y] = BigInt((((t + 1) * (t + 2)) / 2) % 64)
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
  }
  return rotations
}

const FIVE = [0, 1, 2, 3, 4]
type Lane = Local<'i64'>

/** The rounds as a loop; the lanes are in locals and change between two sets of them. */
function writePermute(f: FunctionBuilder, state: Local<'i32'>, constants: number): void {
  const lanes = Array.from({ length: 25 }, () => f.local('i64'))
  const others = Array.from({ length: 25 }, () => f.local('i64'))
  const round = f.local('i32')
  lanes.forEach((lane, i) => {
    f.set(lane, i64.load(state, 8 * i))
  })
  f.loop((next) => {
    writeRound(f, lanes, others)
    f.set(others[0]!, i64.xor(others[0]!, i64.load(round, constants)))
    writeRound(f, others, lanes)
    f.set(lanes[0]!, i64.xor(lanes[0]!, i64.load(round, constants + 8)))
    f.set(round, i32.add(round, 16))
    f.breakIf(next, i32.ltU(round, KECCAK_CONSTANT_BYTES))
  })
  lanes.forEach((lane, i) => {
    f.store64(state, lane, 8 * i)
  })
}

/**
 * Theta, rho, pi and chi, plane by plane of the result, so that few lanes are alive at a time.
 * PERF: 1.12 times the speed of the four steps one after the other.
 */
function writeRound(f: FunctionBuilder, source: readonly Lane[], target: readonly Lane[]): void {
  const rotations = laneRotations()
  const parities = FIVE.map((x) => {
    const [a, b, c, d, e] = FIVE.map((y) => source[x + 5 * y]!) as [Lane, Lane, Lane, Lane, Lane]
    return f.let(i64.xor(i64.xor(i64.xor(a, b), i64.xor(c, d)), e))
  })
  const effects = FIVE.map((x) =>
    f.let(i64.xor(i64.rotl(parities[(x + 1) % 5]!, 1n), parities[(x + 4) % 5]!)),
  )
  for (const y of FIVE) {
    const plane = FIVE.map((x) => {
      // Pi brings the lane (x + 3y, x) to (x, y).
      const fromX = (x + 3 * y) % 5
      const from = fromX + 5 * x
      return f.let(i64.rotl(i64.xor(source[from]!, effects[fromX]!), rotations[from]!))
    })
    for (const x of FIVE) {
      const [a, b, c] = [0, 1, 2].map((i) => plane[(x + i) % 5]!) as [Lane, Lane, Lane]
      f.set(target[x + 5 * y]!, i64.xor(a, i64.and(i64.xor(b, -1n), c)))
    }
  }
}
