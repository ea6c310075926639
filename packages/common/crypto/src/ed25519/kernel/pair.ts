/**
 * Two elements of the field of 2^255 - 19 at once, one in each lane of a vector.
 *
 * An element is five balanced limbs of 51 bits, each an integer held exactly in a double:
 * value = l0 + l1·2^51 + l2·2^102 + l3·2^153 + l4·2^204, |li| ≤ 2^50 + 2^16 ("reduced").
 *
 * A product of two limbs has up to 102 bits. A fused multiply-add splits it without loss: adding
 * it to C1 = 3·2^102, whose last place is 2^51, rounds it to a multiple of 2^51 (the high part),
 * and a second multiply-add leaves the rest (the low part, at most 2^50), shifted by C2 = 3·2^51.
 * Both results keep the exponent of their constant, so that their bit patterns, read as integers,
 * are the parts plus a constant: columns are summed as integers and the constants taken off once.
 * Nothing is ever rounded away: every double here is an integer that fits.
 *
 * Bound of every product: |a·b| ≤ 2^102, so a sum of two reduced elements may be multiplied by a
 * reduced one, and never by another sum.
 */

import { type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, Local } from '@wadi/base/wasm/function'
import { P } from '../curve.ts'

/** How limb products are split: with one rounding (fused), or in plain double arithmetic. */
export type ProductKind = 'fused' | 'plain'

/** Five limbs, each a pair of doubles. */
export type Limbs = readonly Local<'v128'>[]
/** Five columns, each a pair of 64-bit integers below 2^61, that {@link carry} makes limbs of. */
export type Columns = readonly Local<'v128'>[]

/** Bytes of one pair of field elements in memory. */
export const PAIR_BYTES = 80

const LIMBS = [0, 1, 2, 3, 4] as const
const LIMB_BITS = 51n

/** The bits of the double that equals a positive integer; the integer must fit. */
export function bitsOfDouble(value: bigint): bigint {
  const exponent = BigInt(value.toString(2).length - 1)
  const fraction = exponent <= 52n ? value << (52n - exponent) : value >> (exponent - 52n)
  return ((exponent + 1023n) << 52n) + fraction - (1n << 52n)
}

/** The same 64 bits in both lanes. */
export function both(bits: bigint): V128 {
  return lanes(bits, bits)
}

/** A constant with its own 64 bits in each lane. */
export function lanes(low: bigint, high: bigint): V128 {
  const bytes: number[] = []
  for (const lane of [low, high]) {
    for (let i = 0n; i < 64n; i += 8n) bytes.push(Number((lane >> i) & 0xffn))
  }
  return v128.const(bytes)
}

/** A pair as it lies in memory: balanced limbs, each the bits of a double. */
export function pairBytes(low: bigint, high: bigint): Uint8Array {
  const bytes = new Uint8Array(PAIR_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [lane, value] of [low, high].entries()) {
    let rest = 2n * value > P ? value - P : value
    for (let k = 0; k < 5; k++) {
      const limb = BigInt.asIntN(51, rest)
      rest = (rest - limb) >> 51n
      const magnitude = limb < 0n ? -limb : limb
      const bits = magnitude === 0n ? 0n : bitsOfDouble(magnitude)
      const sign = limb < 0n ? 1n << 63n : 0n
      view.setBigUint64(16 * k + 8 * lane, sign | bits, true)
    }
  }
  return bytes
}

const C1 = 3n << 102n
const C2 = 3n << 51n
const BITS_C1 = bitsOfDouble(C1)
const BITS_C2 = bitsOfDouble(C2)
/** Adding it to a limb and taking it off again leaves the multiple of 2^26 nearest to the limb. */
const HALF = 3n << 77n
const EXPONENT_52 = bitsOfDouble(1n << 52n)

/** The lanes change places. */
export const swap = (a: V128): V128 =>
  v128.shuffle(a, a, [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7])
/** (low lane of a, low lane of b). */
export const lowLow = (a: V128, b: V128): V128 =>
  v128.shuffle(a, b, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23])
/** (high lane of a, high lane of b). */
export const highHigh = (a: V128, b: V128): V128 =>
  v128.shuffle(a, b, [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31])
/** (low lane of a, high lane of b). */
export const lowHigh = (a: V128, b: V128): V128 =>
  v128.shuffle(a, b, [0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31])
/** (high lane of a, low lane of b). */
export const highLow = (a: V128, b: V128): V128 =>
  v128.shuffle(a, b, [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])

/** One local per limb, computed from those of the operands. */
export function each(
  f: FunctionBuilder,
  operation: (...limbs: readonly V128[]) => V128,
  ...operands: readonly Limbs[]
): Limbs {
  return LIMBS.map((k) => f.let(operation(...operands.map((operand) => operand[k]!))))
}

/** Reads a pair from memory. */
export function load(f: FunctionBuilder, pointer: Local<'i32'> | number, offset = 0): Limbs {
  return LIMBS.map((k) => f.let(v128.load(pointer, offset + 16 * k)))
}

/** Writes a pair to memory. */
export function store(
  f: FunctionBuilder,
  pointer: Local<'i32'> | number,
  limbs: Limbs,
  offset = 0,
): void {
  for (const k of LIMBS) f.storeV128(pointer, limbs[k]!, offset + 16 * k)
}

/** The parts of one product of limbs, each with its constant. */
type LimbProduct = (i: number, j: number) => readonly [low: V128, high: V128]

/** Sums products into ten columns, folds them to five (2^255 = 19) and takes the constants off. */
function sumProducts(
  f: FunctionBuilder,
  terms: readonly (readonly [i: number, j: number])[],
  product: LimbProduct,
): Columns {
  const columns: (Local<'v128'> | undefined)[] = []
  const constants: bigint[] = new Array<bigint>(10).fill(0n)
  const accumulate = (k: number, part: V128, constant: bigint): void => {
    const column = columns[k]
    if (column === undefined) columns[k] = f.let(part)
    else f.set(column, v128.addI64(column, part))
    constants[k] = constants[k]! + constant
  }
  for (const [i, j] of terms) {
    const [low, high] = product(i, j)
    accumulate(i + j, low, BITS_C2)
    accumulate(i + j + 1, high, BITS_C1)
  }
  return LIMBS.map((k) => {
    const over = columns[k + 5]!
    const nineteen = v128.addI64(over, v128.addI64(v128.shlI64(over, 1), v128.shlI64(over, 4)))
    const constant = BigInt.asUintN(64, -(constants[k]! + 19n * constants[k + 5]!))
    return f.let(v128.addI64(v128.addI64(columns[k]!, both(constant)), nineteen))
  })
}

function fusedProduct(f: FunctionBuilder, a: Limbs, b: Limbs): LimbProduct {
  const c1 = f.let(both(BITS_C1))
  const c12 = f.let(both(bitsOfDouble(C1 + C2)))
  return (i, j) => {
    const high = f.let(v128.relaxedMaddF64(a[i]!, b[j]!, c1))
    return [v128.relaxedMaddF64(a[i]!, b[j]!, v128.subF64(c12, high)), high]
  }
}

/** Limbs in halves of 26 bits, whose products are exact in double arithmetic. */
function halves(f: FunctionBuilder, limbs: Limbs): readonly [high: Limbs, low: Limbs] {
  const half = f.let(both(bitsOfDouble(HALF)))
  const high = each(f, (x) => v128.subF64(v128.addF64(x!, half), half), limbs)
  return [high, each(f, (x, h) => v128.subF64(x!, h!), limbs, high)]
}

function plainProduct(f: FunctionBuilder, a: Limbs, b: Limbs): LimbProduct {
  const c1 = f.let(both(BITS_C1))
  const c2 = f.let(both(BITS_C2))
  const [aHigh, aLow] = halves(f, a)
  const [bHigh, bLow] = a === b ? [aHigh, aLow] : halves(f, b)
  return (i, j) => {
    const top = f.let(v128.addF64(c1, v128.mulF64(aHigh[i]!, bHigh[j]!)))
    const cross = f.let(
      v128.addF64(v128.mulF64(aHigh[i]!, bLow[j]!), v128.mulF64(aLow[i]!, bHigh[j]!)),
    )
    const high = f.let(v128.addF64(top, cross))
    const rest = v128.subF64(cross, v128.subF64(high, top))
    const low = v128.addF64(rest, v128.mulF64(aLow[i]!, bLow[j]!))
    return [v128.addF64(low, c2), high]
  }
}

const productOf = { fused: fusedProduct, plain: plainProduct } as const

const ALL_TERMS = LIMBS.flatMap((i) => LIMBS.map((j) => [i, j] as const))

/** a · b, lane by lane. */
export function multiply(f: FunctionBuilder, kind: ProductKind, a: Limbs, b: Limbs): Columns {
  return sumProducts(f, ALL_TERMS, productOf[kind](f, a, b))
}

/** a · a of a reduced pair: the mixed products are taken once, of the doubled limb. */
export function square(f: FunctionBuilder, kind: ProductKind, a: Limbs): Columns {
  const doubled = each(f, (x) => v128.addF64(x!, x!), a)
  const plain = productOf[kind](f, a, a)
  const mixed = productOf[kind](f, doubled, a)
  const terms = ALL_TERMS.filter(([i, j]) => i <= j)
  return sumProducts(f, terms, (i, j) => (i === j ? plain : mixed)(i, j))
}

/** The integers that reduced limbs are, as columns: for sums that a product may not take. */
export function toColumns(f: FunctionBuilder, limbs: Limbs): Columns {
  const c2 = f.let(both(BITS_C2))
  return each(f, (x) => v128.subI64(v128.addF64(x!, c2), c2), limbs)
}

/**
 * Reduced limbs of columns below 2^61: each column hands its upper bits to the next at the same
 * time, the last to the first (times 19). Columns are lifted by 2^62 to be positive, and by 2^50
 * so that what stays is balanced; both are taken off while the integer becomes a double.
 */
export function carry(f: FunctionBuilder, columns: Columns): Limbs {
  const lift = f.let(both((1n << 62n) + (1n << 50n)))
  const mask = f.let(both((1n << LIMB_BITS) - 1n))
  const exponent = f.let(both(EXPONENT_52))
  const lifted = each(f, (c) => v128.addI64(c!, lift), columns)
  const carries = each(f, (c) => v128.shrUI64(c!, Number(LIMB_BITS)), lifted)
  const top = carries[4]!
  const offset = (carryFactor: bigint): V128 =>
    both(bitsOfDouble((1n << 52n) + (1n << 50n) + carryFactor * (1n << 11n)))
  const common = f.let(offset(1n))
  return LIMBS.map((k) => {
    const incoming =
      k > 0
        ? carries[k - 1]!
        : v128.addI64(top, v128.addI64(v128.shlI64(top, 1), v128.shlI64(top, 4)))
    const kept = v128.or(v128.and(lifted[k]!, mask), exponent)
    return f.let(v128.subF64(v128.addI64(kept, incoming), k > 0 ? common : offset(19n)))
  })
}
