/** SHA-256 as functions of a WebAssembly kernel. */

import { type Expression, i32, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { rootFractions } from './rootFractions.ts'
import { addSha2, type CompressParameters, type Sha2Functions } from './sha2Kernel.ts'

export const SHA256_BLOCK_BYTES = 64
export const SHA256_STATE_BYTES = 32

const ROUNDS = 64

/** Adds SHA-256's functions to a kernel; `scratch` is a multiple of 16. */
export function addSha256(m: ModuleBuilder, scratch: number): Sha2Functions {
  const shape = {
    blockBytes: SHA256_BLOCK_BYTES,
    stateBytes: SHA256_STATE_BYTES,
    sizeBytes: 8,
    scratch,
    bigEndian,
  }
  return addSha2(m, shape, writeCompress)
}

/** The four words of a vector, each with its bytes turned round. */
function bigEndian(words: V128): V128 {
  return v128.shuffle(words, words, [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12])
}

type Word = Local<'i32'>

/** All rounds unrolled; the state and the schedule in locals. */
function writeCompress(f: FunctionBuilder, p: CompressParameters): void {
  const constants = rootFractions(3, ROUNDS).map((word) => Number(word >> 32n))
  const words = Array.from({ length: 8 }, () => f.local('i32'))
  const schedule = Array.from({ length: 16 }, () => f.local('i32'))
  const majority = { last: f.local('i32'), next: f.local('i32') }
  words.forEach((word, i) => {
    f.set(word, i32.load(p.state, 4 * i))
  })
  f.loop((next) => {
    for (let i = 0; i < 16; i += 4) {
      const four = f.let(bigEndian(v128.load(p.block, 4 * i)))
      for (let lane = 0; lane < 4; lane++) f.set(schedule[i + lane]!, v128.extractI32(four, lane))
    }
    f.set(majority.last, i32.xor(words[1]!, words[2]!))
    for (let round = 0; round < ROUNDS; round++) {
      if (round >= 16) writeSchedule(f, schedule, round)
      writeRound(f, words, majority, i32.add(schedule[round % 16]!, constants[round]!))
      words.unshift(words.pop()!)
      ;[majority.last, majority.next] = [majority.next, majority.last]
    }
    words.forEach((word, i) => {
      f.set(word, i32.add(word, i32.load(p.state, 4 * i)))
      f.store32(p.state, word, 4 * i)
    })
    f.set(p.block, i32.add(p.block, SHA256_BLOCK_BYTES))
    f.set(p.count, i32.sub(p.count, 1))
    f.breakIf(next, p.count)
  })
}

/** One round, as in SHA-512 with words of 32 bits and other distances. */
function writeRound(
  f: FunctionBuilder,
  words: readonly Word[],
  majority: { readonly last: Word; readonly next: Word },
  input: Expression<'i32'>,
): void {
  const [a, b, d, e, g, k, h] = [0, 1, 3, 4, 5, 6, 7].map((i) => words[i]!) as Seven
  const choice = i32.xor(i32.and(i32.xor(g, k), e), k)
  f.set(h, i32.add(i32.add(i32.add(h, input), choice), rotatedThrice(e, 6, 11, 25)))
  f.set(d, i32.add(d, h))
  f.set(majority.next, i32.xor(a, b))
  const most = i32.xor(i32.and(majority.next, majority.last), b)
  f.set(h, i32.add(i32.add(h, most), rotatedThrice(a, 2, 13, 22)))
}

type Seven = [Word, Word, Word, Word, Word, Word, Word]

/** The xor of three rotations, x < y < z, one inside the other as in SHA-512. */
function rotatedThrice(word: Word, x: number, y: number, z: number): Expression<'i32'> {
  const outer = i32.xor(i32.rotr(word, z - y), word)
  return i32.rotr(i32.xor(i32.rotr(outer, y - x), word), x)
}

/** The next word of the schedule, in place of the one that is sixteen rounds older. */
function writeSchedule(f: FunctionBuilder, schedule: readonly Word[], round: number): void {
  const word = (i: number): Word => schedule[(round + i) % 16]!
  const [early, late] = [word(1), word(14)]
  const small0 = i32.xor(i32.xor(i32.rotr(early, 7), i32.rotr(early, 18)), i32.shrU(early, 3))
  const small1 = i32.xor(i32.xor(i32.rotr(late, 17), i32.rotr(late, 19)), i32.shrU(late, 10))
  f.set(word(0), i32.add(i32.add(i32.add(word(0), small0), word(9)), small1))
}
