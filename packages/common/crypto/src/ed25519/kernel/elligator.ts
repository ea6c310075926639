/**
 * The map Elligator 2 to edwards25519 (RFC 9380, 6.7.1, G.2.1 and D.1), for two numbers at once and
 * with one power for both. In variable time.
 *
 * A number u gives x1 = -J / (1 + 2u²) or x2 = 2u²·x1, whichever lies on the Montgomery curve
 * y² = x³ + Jx² + x; the y of x1 is the odd one, the y of x2 the even one. Let g / d be the
 * right side for x1, d = (1 + 2u²)³. One power r = (g/d)^((p+3)/8) serves all cases: r²·d is g or
 * -g where x1 lies on the curve, and y is r or r√-1; else it is -√-1·g or √-1·g, and y is u·c2·r
 * or u·c2·r√-1, where c2 = 2^((p+3)/8). Signs of y apart.
 */

import { i32 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { P, power, ROOT_OF_MINUS_ONE } from '../curve.ts'
import { type FieldCalls, flagsOf, storePoints, T, X, Y, Z } from './fieldCalls.ts'
import * as layout from './layout.ts'
import { PAIR_BYTES, pairBytes } from './pair.ts'

/** Bytes of a number that is reduced to a field element: 128 bits more than the field has. */
export const MAPPED_BYTES = 48
/** The lower and the upper half are read as numbers of their own. */
const HALF_BYTES = MAPPED_BYTES / 2

const J = 486662n

/** The even square root of -J - 2: the ratio of x to the Montgomery curve's x / y. */
function scaleOfX(): bigint {
  const root = power(P - J - 2n, (P + 3n) / 8n)
  const either = (root * root + J + 2n) % P === 0n ? root : (root * ROOT_OF_MINUS_ONE) % P
  return (either & 1n) === 0n ? either : P - either
}

const [SHIFT, J_SQUARED, MINUS_J, TURN, SCALE] = [0, 1, 2, 3, 4].map(
  (i) => layout.CONST_ELLIGATOR + i * PAIR_BYTES,
) as [number, number, number, number, number]
/** x of the Montgomery curve is {@link TOP} / {@link BOTTOM}. */
const [U, DOUBLE, TOP, BOTTOM, G, CUBE, ROOT, CHECK] = [0, 1, 2, 3, 4, 5, 6, 7].map(
  (i) => layout.MAP_SCRATCH + i * PAIR_BYTES,
) as [number, number, number, number, number, number, number, number]

/** U = lower + upper · 2^192 of the numbers of the two lanes. */
function emitReadNumbers(f: FunctionBuilder, field: FieldCalls, numbers: Local<'i32'>): void {
  const word = (index: number) => i32.add(numbers, index * layout.WORD_BYTES)
  f.run(field.unpack, U, word(1), word(3))
  f.run(field.multiply, U, U, SHIFT)
  f.run(field.unpack, X, word(0), word(2))
  f.run(field.sum, U, U, X)
}

/** BOTTOM = 1 + 2u², never zero; G = g and CUBE = d as above; ROOT = r. */
function emitRoot(f: FunctionBuilder, { difference, multiply, rootPower, sum }: FieldCalls): void {
  f.run(multiply, DOUBLE, U, U)
  f.run(sum, DOUBLE, DOUBLE, DOUBLE)
  f.run(sum, BOTTOM, DOUBLE, layout.CONST_ONE)
  f.run(multiply, CUBE, BOTTOM, BOTTOM)
  f.run(multiply, G, DOUBLE, J_SQUARED)
  f.run(difference, G, CUBE, G)
  f.run(multiply, G, G, MINUS_J)
  f.run(multiply, CUBE, CUBE, BOTTOM)
  // r = gd³·(gd⁷)^((p-5)/8)
  f.run(multiply, X, CUBE, CUBE)
  f.run(multiply, Y, X, CUBE)
  f.run(multiply, Y, Y, G)
  f.run(multiply, X, X, X)
  f.run(multiply, X, X, Y)
  f.run(rootPower, X, X)
  f.run(multiply, ROOT, X, Y)
}

/** The point of the Montgomery curve: TOP / BOTTOM and Y. */
function emitMontgomery(f: FunctionBuilder, field: FieldCalls): void {
  const { difference, multiply, pick, sum, zeroFlags } = field
  emitRoot(f, field)
  f.run(multiply, CHECK, ROOT, ROOT)
  f.run(multiply, CHECK, CHECK, CUBE)
  f.run(difference, X, CHECK, G)
  const isRoot = flagsOf(f, zeroFlags, X)
  f.run(sum, X, CHECK, G)
  const isTurned = flagsOf(f, zeroFlags, X)
  f.run(multiply, X, G, layout.CONST_ROOT)
  f.run(sum, X, X, CHECK)
  const isOtherRoot = flagsOf(f, zeroFlags, X)
  const isFirst = f.let(i32.or(isRoot, isTurned))

  f.run(multiply, Y, ROOT, layout.CONST_ROOT)
  f.run(pick, ROOT, ROOT, Y, i32.or(isRoot, isOtherRoot))
  f.run(multiply, Y, U, TURN)
  f.run(multiply, Y, Y, ROOT)
  f.run(pick, Y, ROOT, Y, isFirst)
  f.run(field.negateWhere, Y, i32.xor(flagsOf(f, field.oddFlags, Y), isFirst))
  f.run(multiply, TOP, DOUBLE, MINUS_J)
  f.run(pick, TOP, MINUS_J, TOP, isFirst)
}

/**
 * `mapToCurve(numbers, pointA, pointB)`: the points, their cofactor not cleared, of two numbers of
 * {@link MAPPED_BYTES} that {@link placeNumber} has put there.
 */
export function addElligator(m: ModuleBuilder, field: FieldCalls): void {
  const { difference, multiply, pick, sum, zeroFlags } = field
  // Half of the square of c2 is the square root of -1 that the kernel knows.
  const c2 = power(2n, (P + 3n) / 8n)
  const constants = [1n << BigInt(8 * HALF_BYTES), J * J, P - J, c2, scaleOfX()]
  for (const [i, value] of constants.entries()) {
    m.data(layout.CONST_ELLIGATOR + i * PAIR_BYTES, pairBytes(value, value))
  }
  const signature = { name: 'mapToCurve', params: ['i32', 'i32', 'i32'] } as const
  m.function(signature, (f, numbers, pointA, pointB) => {
    emitReadNumbers(f, field, numbers)
    emitMontgomery(f, field)
    // The point (scale·x / y, (x - 1) / (x + 1)), of fractions G / CUBE and ROOT / CHECK.
    f.run(multiply, G, TOP, SCALE)
    f.run(multiply, CUBE, BOTTOM, Y)
    f.run(difference, ROOT, TOP, BOTTOM)
    f.run(sum, CHECK, TOP, BOTTOM)
    f.run(multiply, X, G, CHECK)
    f.run(multiply, Y, ROOT, CUBE)
    f.run(multiply, Z, CHECK, CUBE)
    f.run(multiply, T, G, ROOT)
    // Only (0, 0), the point of u = 0, has no such fractions (-1 is no x of the curve): it becomes
    // the neutral point.
    const isNeutral = flagsOf(f, zeroFlags, Z)
    f.run(pick, Y, layout.CONST_ONE, Y, isNeutral)
    f.run(pick, Z, layout.CONST_ONE, Z, isNeutral)
    storePoints(f, field, [pointA, pointB])
  })
}

/** Puts a number, big-endian, where `mapToCurve` reads the first or the second of its two. */
export function placeNumber(bytes: Uint8Array, target: number, number: Uint8Array): void {
  bytes.fill(0, target, target + 2 * layout.WORD_BYTES)
  const ordered = number.toReversed()
  bytes.set(ordered.subarray(0, HALF_BYTES), target)
  bytes.set(ordered.subarray(HALF_BYTES), target + layout.WORD_BYTES)
}
