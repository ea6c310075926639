/**
 * Points of the twisted Edwards curve -x² + y² = 1 + dx²y², in extended coordinates (X, Y, Z, T)
 * with T = XY/Z, held as the pairs (X, Y) and (Z, T). The formulas are complete (Hisil, Wong,
 * Carter, Dawson 2008), so no point needs an exception. Sums between the multiplications are made
 * on columns, before they are carried: that keeps every product within its bound.
 */

import { i32, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { type FieldFunctions, isZero } from './field.ts'
import * as layout from './layout.ts'
import * as pair from './pair.ts'
import { PAIR_BYTES, type ProductKind } from './pair.ts'

export interface PointFunctions {
  /** Doubles a point in place. */
  readonly double: FunctionReference<readonly ['i32']>
  /** Doubles a point in place, as often as the second parameter says. */
  readonly doubleTimes: FunctionReference<readonly ['i32', 'i32']>
  /** Adds the cached second point to the first, in place; subtracts it if the third is -1. */
  readonly add: FunctionReference<readonly ['i32', 'i32', 'i32']>
  /** Writes the cached form of the second point to the first address. */
  readonly toCached: FunctionReference<readonly ['i32', 'i32']>
  /** Makes the point the identity. */
  readonly clear: FunctionReference<readonly ['i32']>
  /** Is the order of the point 1, 2, 4 or 8? Destroys the point. */
  readonly isSmallOrder: FunctionReference<readonly ['i32']>
}

const SIGN = 1n << 63n

/** (Y - X, Y + X) of (X, Y): not reduced. */
function differenceAndSum(f: FunctionBuilder, xy: pair.Limbs): pair.Limbs {
  const flip = f.let(pair.lanes(SIGN, 0n))
  return pair.each(f, (a) => v128.addF64(pair.swap(a!), v128.xor(a!, flip)), xy)
}

/** (X, Y) = (E·F, G·H) and (Z, T) = (F·G, E·H) of the pairs (E, G) and (F, H). */
function finish(
  f: FunctionBuilder,
  kind: ProductKind,
  point: Local<'i32'>,
  halves: { readonly eg: pair.Columns; readonly fh: pair.Columns },
): void {
  const eg = pair.carry(f, halves.eg)
  const fh = pair.carry(f, halves.fh)
  pair.store(f, point, pair.carry(f, pair.multiply(f, kind, eg, fh)))
  const fe = pair.each(f, (a, b) => pair.lowLow(a!, b!), fh, eg)
  const gh = pair.each(f, (a, b) => pair.highHigh(a!, b!), eg, fh)
  pair.store(f, point, pair.carry(f, pair.multiply(f, kind, fe, gh)), PAIR_BYTES)
}

/** E = 2XY, G = Y² - X², F = 2Z² - G, H = X² + Y². All four signs turned: the same point. */
function emitDouble(f: FunctionBuilder, kind: ProductKind, point: Local<'i32'>): void {
  const xy = pair.load(f, point)
  const zt = pair.load(f, point, PAIR_BYTES)
  const squares = pair.square(f, kind, xy)
  const zx = pair.each(f, (z, x) => pair.lowLow(z!, x!), zt, xy)
  const zy = pair.each(f, (z, y) => pair.lowHigh(z!, y!), zt, xy)
  const others = pair.multiply(f, kind, zx, zy)
  const swapped = pair.each(f, (c) => pair.swap(c!), squares)
  const sum = pair.each(f, (a, b) => v128.addI64(a!, b!), squares, swapped)
  const difference = pair.each(f, (a, b) => v128.subI64(b!, a!), squares, swapped)
  const twice = pair.each(f, (c) => v128.shlI64(c!, 1), others)
  finish(f, kind, point, {
    eg: pair.each(f, (t, d) => pair.highLow(t!, d!), twice, difference),
    fh: pair.each(f, (t, d, s) => pair.lowHigh(v128.subI64(t!, d!), s!), twice, difference, sum),
  })
}

/**
 * A = (Y1 - X1)(Y2 - X2), B = (Y1 + X1)(Y2 + X2), C = 2dT1T2, D = 2Z1Z2;
 * E = B - A, F = D - C, G = D + C, H = B + A.
 */
function emitAdd(
  f: FunctionBuilder,
  kind: ProductKind,
  point: Local<'i32'>,
  cached: readonly [pair.Limbs, pair.Limbs],
): void {
  const first = pair.multiply(f, kind, differenceAndSum(f, pair.load(f, point)), cached[0])
  const second = pair.multiply(f, kind, pair.load(f, point, PAIR_BYTES), cached[1])
  const ba = pair.each(f, (c) => pair.swap(c!), first)
  const cd = pair.each(f, (c) => pair.swap(c!), second)
  const sums = (x: pair.Columns, y: pair.Columns): pair.Columns =>
    pair.each(f, (a, b) => v128.addI64(a!, b!), x, y)
  const differences = (x: pair.Columns, y: pair.Columns): pair.Columns =>
    pair.each(f, (a, b) => v128.subI64(a!, b!), x, y)
  finish(f, kind, point, {
    eg: pair.each(f, (e, g) => pair.lowHigh(e!, g!), differences(ba, first), sums(second, cd)),
    fh: pair.each(f, (a, b) => pair.lowHigh(a!, b!), differences(second, cd), sums(first, ba)),
  })
}

/**
 * A cached point, or its negation where `sign` is all ones: its first two coordinates swap, the
 * last turns its sign. Without a branch, for secrets.
 */
function loadSigned(
  f: FunctionBuilder,
  cached: Local<'i32'>,
  sign: Local<'i32'>,
): readonly [pair.Limbs, pair.Limbs] {
  const mask = f.let(v128.splatI32(sign))
  const flip = f.let(v128.and(mask, pair.lanes(0n, SIGN)))
  const outer = pair.load(f, cached)
  const inner = pair.load(f, cached, PAIR_BYTES)
  return [
    pair.each(f, (a) => v128.bitselect(pair.swap(a!), a!, mask), outer),
    pair.each(f, (a) => v128.xor(a!, flip), inner),
  ]
}

/** The point functions, added to the module. */
export function addPointFunctions(
  m: ModuleBuilder,
  kind: ProductKind,
  field: FieldFunctions,
): PointFunctions {
  const double = m.function({ params: ['i32'] }, (f, point) => emitDouble(f, kind, point))
  const doubleTimes = m.function(
    { name: 'doubleTimes', params: ['i32', 'i32'] },
    (f, point, count) => {
      f.while(count, () => {
        f.run(double, point)
        f.set(count, i32.sub(count, 1))
      })
    },
  )
  const add = m.function({ params: ['i32', 'i32', 'i32'] }, (f, point, cached, sign) => {
    emitAdd(f, kind, point, loadSigned(f, cached, sign))
  })
  const toCached = m.function({ params: ['i32', 'i32'] }, (f, target, point) => {
    const xy = pair.toColumns(f, pair.load(f, point))
    const yx = pair.each(f, (c) => pair.swap(c!), xy)
    const outer = pair.each(
      f,
      (a, b) => pair.lowHigh(v128.subI64(b!, a!), v128.addI64(a!, b!)),
      xy,
      yx,
    )
    pair.store(f, target, pair.carry(f, outer))
    const inner = [i32.add(target, PAIR_BYTES), i32.add(point, PAIR_BYTES)] as const
    f.run(field.multiply, ...inner, layout.CONST_CACHE)
  })
  const clear = m.function({ params: ['i32'] }, (f, point) => {
    f.fill(point, 0, layout.POINT_BYTES)
    const one = pair.bitsOfDouble(1n)
    f.store64(point, one, 8)
    f.store64(point, one, PAIR_BYTES)
  })
  m.function({ name: 'negatePoint', params: ['i32'] }, (f, point) => {
    const turn = (offset: number, flip: V128): void => {
      const limbs = pair.load(f, point, offset)
      const turned = pair.each(f, (a) => v128.xor(a!, flip), limbs)
      pair.store(f, point, turned, offset)
    }
    turn(0, pair.lanes(SIGN, 0n))
    turn(PAIR_BYTES, pair.lanes(0n, SIGN))
  })
  const isSmallOrder = m.function(
    { name: 'isSmallOrder', params: ['i32'], result: 'i32' },
    (f, point) => {
      // 8P is the identity exactly if 4P is it or (0, -1): if the x of 4P is zero.
      f.run(doubleTimes, point, 2)
      f.return(isZero(field, point, 0))
    },
  )
  return { double, doubleTimes, add, toCached, clear, isSmallOrder }
}
