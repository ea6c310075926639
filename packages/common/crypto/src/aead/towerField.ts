/**
 * The AES field seen as pairs over GF(16), so that the S-box needs only look-ups of sixteen bytes,
 * which a vector permutation does in a register and in constant time.
 *
 * Every byte is i·α + k with i, k in the subfield GF(16) and α a root of t² + a·t + a. With
 * j = i + k and N = a·i² + a·i·k + k² (the norm), the conjugate over the norm is the inverse:
 *
 *   1/(i·α + k) = (i·α + (k + a·i)) / N
 *
 * and both coordinates are linear in P = (k + a·i)/N and Q = (k + a·i + a·k)/N, where
 *
 *   1/P = j + 1/(1/i + a/k)      1/Q = i + 1/(1/j + a/k)
 *
 * so an inversion is five look-ups, and what comes after it (the affine map, the change of basis,
 * the doubling of the column mix) is folded into the two tables that read 1/P and 1/Q. One over
 * zero is {@link INFINITY}: a permutation answers zero to an index with the top bit set, which is
 * what one over infinity must be.
 */

import { assert } from '@wadi/base/errors'

/** The byte that stands for 1/0; every later look-up of anything added to it gives zero. */
export const INFINITY = 0x80

/** The constant of the affine map. */
export const AFFINE_CONSTANT = 0x63

/** Product in the AES field. */
export function multiply(x: number, y: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11b)
    if ((y >> bit) & 1) product ^= x
  }
  return product
}

/** Inverse in the AES field, zero for zero. */
export function invert(x: number): number {
  let power = x
  for (let i = 0; i < 6; i++) power = multiply(multiply(power, power), x)
  return multiply(power, power)
}

/** The linear part of the affine map. */
export function affineLinear(x: number): number {
  let sum = x
  for (let i = 1; i < 5; i++) sum ^= ((x << i) | (x >> (8 - i))) & 0xff
  return sum
}

interface Tower {
  /** Nibble to subfield element, additive. */
  readonly element: readonly number[]
  readonly a: number
  readonly alpha: number
}

function findTower(): Tower {
  const isInSubfield = (x: number): boolean => {
    let power = x
    for (let i = 0; i < 4; i++) power = multiply(power, power)
    return power === x
  }
  const subfield = Array.from({ length: 256 }, (_, x) => x).filter(isInSubfield)
  const basis: number[] = []
  const span = new Set([0])
  for (const x of subfield) {
    if (span.has(x)) continue
    basis.push(x)
    for (const y of [...span]) span.add(x ^ y)
  }
  const element = Array.from({ length: 16 }, (_, nibble) =>
    basis.reduce((sum, x, bit) => sum ^ (((nibble >> bit) & 1) * x), 0),
  )
  for (const a of subfield) {
    for (let alpha = 0; alpha < 256; alpha++) {
      const value = multiply(alpha, alpha) ^ multiply(a, alpha) ^ a
      if (a !== 0 && value === 0 && !subfield.includes(alpha)) return { element, a, alpha }
    }
  }
  assert(false, 'tower field: no root of t² + a·t + a')
}

/** Sixteen-byte tables; a nibble selects, and a byte is the sum of its two nibbles' entries. */
export interface TowerTables {
  /** Byte to pair: by the low and by the high nibble. The pair is `i << 4 | k`. */
  readonly toPair: readonly [readonly number[], readonly number[]]
  /** Pair to byte: by k and by i. */
  readonly fromPair: readonly [readonly number[], readonly number[]]
  /** 1/x and a/x in GF(16), infinity for zero. */
  readonly inverse: readonly number[]
  readonly inverseTimesA: readonly number[]
  /** By 1/P and by 1/Q: the S-box without its constant, as a pair; then the same doubled. */
  readonly substituted: readonly [readonly number[], readonly number[]]
  readonly substitutedTwice: readonly [readonly number[], readonly number[]]
}

const nibbles = (entry: (nibble: number) => number): readonly number[] =>
  Array.from({ length: 16 }, (_, nibble) => entry(nibble))

/** Computes all tables from the definitions above; nothing is copied from anywhere. */
export function makeTowerTables(): TowerTables {
  const { element, a, alpha } = findTower()
  const nibbleOf = (x: number): number => element.indexOf(x)
  const fromPair = (pair: number): number =>
    multiply(element[pair >> 4]!, alpha) ^ element[pair & 15]!
  const pairOf: number[] = []
  for (let pair = 0; pair < 256; pair++) pairOf[fromPair(pair)] = pair

  // k/N = (P + Q)/a and i/N = (P + k/N)/a, hence P's and Q's shares of the inverse.
  const overA = invert(a)
  const ofP = (p: number): number => {
    const i = multiply(p ^ multiply(p, overA), overA)
    return multiply(i, alpha) ^ p
  }
  const ofQ = (q: number): number => multiply(multiply(multiply(q, overA), overA), alpha)
  const table = (share: (x: number) => number, factor: number): readonly number[] =>
    nibbles((n) => pairOf[multiply(affineLinear(share(invert(element[n]!))), factor)]!)

  return {
    toPair: [nibbles((n) => pairOf[n]!), nibbles((n) => pairOf[n << 4]!)],
    fromPair: [nibbles((n) => fromPair(n)), nibbles((n) => fromPair(n << 4))],
    inverse: nibbles((n) => (n === 0 ? INFINITY : nibbleOf(invert(element[n]!)))),
    inverseTimesA: nibbles((n) =>
      n === 0 ? INFINITY : nibbleOf(multiply(a, invert(element[n]!))),
    ),
    substituted: [table(ofP, 1), table(ofQ, 1)],
    substitutedTwice: [table(ofP, 2), table(ofQ, 2)],
  }
}
