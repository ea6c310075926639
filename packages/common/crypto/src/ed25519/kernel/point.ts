/**
 * Points of the twisted Edwards curve -x² + y² = 1 + dx²y², in extended coordinates (X, Y, Z, T)
 * with T = XY/Z, held as the pairs (X, Y) and (Z, T). The formulas are complete (Hisil, Wong,
 * Carter, Dawson 2008), so no point needs an exception. Sums between the multiplications are made
 * on columns, before they are carried: that keeps every product within its bound.
 */

import { type Expression, type I32, i32, i64, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { type FieldFunctions, isZero, unpackPair } from './field.ts'
import * as layout from './layout.ts'
import * as pair from './pair.ts'
import { PAIR_BYTES, type ProductKind } from './pair.ts'

export interface PointFunctions {
  /** Doubles a point in place. */
  readonly double: FunctionReference<readonly ['i32']>
  /** Doubles a point in place, as often as the second parameter says. */
  readonly doubleTimes: FunctionReference<readonly ['i32', 'i32']>
  /** Adds the cached second point to the first, in place. */
  readonly add: FunctionReference<readonly ['i32', 'i32']>
  /** Subtracts the cached second point from the first, in place. */
  readonly subtract: FunctionReference<readonly ['i32', 'i32']>
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

/** A = (Y1-X1)(Y2-X2), B = (Y1+X1)(Y2+X2), C = 2dT1T2, D = 2Z1Z2; E = B-A, F = D-C, G = D+C, H = B+A. */
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

/** The cached form of the negated point: its first two coordinates swap, the last turns its sign. */
function loadNegated(f: FunctionBuilder, cached: Local<'i32'>): readonly [pair.Limbs, pair.Limbs] {
  const flip = f.let(pair.lanes(0n, SIGN))
  return [
    pair.each(f, (a) => pair.swap(a!), pair.load(f, cached)),
    pair.each(f, (a) => v128.xor(a!, flip), pair.load(f, cached, PAIR_BYTES)),
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
  const add = m.function({ params: ['i32', 'i32'] }, (f, point, cached) => {
    emitAdd(f, kind, point, [pair.load(f, cached), pair.load(f, cached, PAIR_BYTES)])
  })
  const subtract = m.function({ params: ['i32', 'i32'] }, (f, point, cached) => {
    emitAdd(f, kind, point, loadNegated(f, cached))
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
    const factors = pair.load(f, layout.CONST_CACHE)
    const inner = pair.multiply(f, kind, pair.load(f, point, PAIR_BYTES), factors)
    pair.store(f, target, pair.carry(f, inner), PAIR_BYTES)
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
  return { double, doubleTimes, add, subtract, toCached, clear, isSmallOrder }
}

/** A vector whose lanes are all ones where the conditions hold. */
function laneMask(f: FunctionBuilder, low: Expression<'i32'>, high: Expression<'i32'>): V128 {
  const wide = (flag: Expression<'i32'>): Expression<'i64'> => i64.sub(0n, i64.extendU(flag))
  const first = f.let(wide(low))
  return f.let(v128.replaceI64(v128.splatI64(first), 1, wide(high)))
}

/** Both lanes, the first as bit 0 and the second as bit 1. */
function zeroFlags(
  f: FunctionBuilder,
  field: FieldFunctions,
  limbs: pair.Limbs,
): readonly [Local<'i32'>, Local<'i32'>] {
  pair.store(f, layout.POINT_SCRATCH, limbs)
  return [
    f.let(isZero(field, layout.POINT_SCRATCH, 0)),
    f.let(isZero(field, layout.POINT_SCRATCH, 8)),
  ]
}

/** A one in the lowest column of both lanes, added or taken away. */
function shifted(f: FunctionBuilder, columns: pair.Columns, by: bigint): pair.Columns {
  return [f.let(v128.addI64(columns[0]!, pair.both(BigInt.asUintN(64, by)))), ...columns.slice(1)]
}

/**
 * Two points from their 32 bytes: `decompress(bytesA, bytesB, pointA, pointB)` → flags: 1 and 2
 * say that A and B are points, 4 and 8 that A and B have small order.
 *
 * COMPAT(oasis-core): y is taken modulo p, and a sign bit with x = 0 is ignored: encodings need
 * not be canonical. x = u·(uv)^((p-5)/8), perhaps times √-1, where u = y² - 1 and v = dy² + 1.
 */
export function addDecompress(m: ModuleBuilder, kind: ProductKind, field: FieldFunctions): void {
  const signature = {
    name: 'decompress',
    params: ['i32', 'i32', 'i32', 'i32'],
    result: 'i32',
  } as const
  m.function(signature, (f, bytesA, bytesB, pointA, pointB) => {
    const product = (a: pair.Limbs, b: pair.Limbs): pair.Limbs =>
      pair.carry(f, pair.multiply(f, kind, a, b))
    const y = unpackPair(f, bytesA, bytesB)
    const ySquared = pair.square(f, kind, y)
    const u = pair.carry(f, shifted(f, ySquared, -1n))
    const d = pair.load(f, layout.CONST_D)
    const dYSquared = pair.multiply(f, kind, pair.carry(f, ySquared), d)
    const v = pair.carry(f, shifted(f, dYSquared, 1n))

    pair.store(f, layout.POINT_SCRATCH, product(u, v))
    f.run(field.rootPower, layout.POINT_SCRATCH, layout.POINT_SCRATCH)
    const root = product(u, pair.load(f, layout.POINT_SCRATCH))
    const check = product(pair.carry(f, pair.square(f, kind, root)), v)
    const sides = [pair.toColumns(f, check), pair.toColumns(f, u)] as const
    const compare = (operation: (a: V128, b: V128) => V128) => {
      const combined = pair.each(f, (a, b) => operation(a!, b!), ...sides)
      return zeroFlags(f, field, pair.carry(f, combined))
    }
    const isRoot = compare(v128.subI64)
    const isTurned = compare(v128.addI64)
    const turned = product(root, pair.load(f, layout.CONST_ROOT))
    const turnMask = laneMask(f, isTurned[0], isTurned[1])
    const xEither = pair.each(f, (a, b) => v128.bitselect(a!, b!, turnMask), turned, root)

    const x = withSign(f, field, xEither, [bytesA, bytesB])
    const t = product(x, y)
    const one = pair.load(f, layout.CONST_ONE)
    const pick = { [0]: pair.lowLow, [1]: pair.highHigh } as const
    for (const [lane, point] of [
      [0, pointA],
      [1, pointB],
    ] as const) {
      pair.store(
        f,
        point,
        pair.each(f, (a, b) => pick[lane](a!, b!), x, y),
      )
      pair.store(
        f,
        point,
        pair.each(f, (a, b) => pick[lane](a!, b!), one, t),
        PAIR_BYTES,
      )
    }
    // Small order: x = 0 or y = 0 (orders 1, 2, 4) or x² + y² = 0 (order 8).
    const xSquared = pair.square(f, kind, x)
    const sum = pair.each(f, (a, b) => v128.addI64(a!, b!), xSquared, ySquared)
    const isSmall = zeroFlags(f, field, product(t, pair.carry(f, sum)))
    const bit = (flag: I32, shift: number): Expression<'i32'> => i32.shl(flag, shift)
    const isPoint = [i32.or(isRoot[0], isTurned[0]), i32.or(isRoot[1], isTurned[1])] as const
    f.return(
      i32.or(
        i32.or(isPoint[0], bit(isPoint[1], 1)),
        i32.or(bit(isSmall[0], 2), bit(isSmall[1], 3)),
      ),
    )
  })
}

/** x or -x, so that its lowest bit is the top bit of the encoding. */
function withSign(
  f: FunctionBuilder,
  field: FieldFunctions,
  x: pair.Limbs,
  bytes: readonly [Local<'i32'>, Local<'i32'>],
): pair.Limbs {
  pair.store(f, layout.POINT_SCRATCH, x)
  const isWrong = bytes.map((pointer, lane) => {
    f.run(field.freeze, layout.POINT_SCRATCH, 8 * lane, layout.FROZEN)
    const sign = i32.shrU(i32.load8u(pointer, 31), 7)
    return f.let(i32.xor(i32.and(i32.load8u(layout.FROZEN), 1), sign))
  })
  const mask = laneMask(f, isWrong[0]!, isWrong[1]!)
  const flip = f.let(v128.and(mask, pair.both(SIGN)))
  return pair.each(f, (a) => v128.xor(a!, flip), x)
}

/** Canonical bytes of two points: `compress(pointA, pointB, bytesA, bytesB)`. */
export function addCompress(m: ModuleBuilder, kind: ProductKind, field: FieldFunctions): void {
  const signature = { name: 'compress', params: ['i32', 'i32', 'i32', 'i32'] } as const
  m.function(signature, (f, pointA, pointB, bytesA, bytesB) => {
    const both = (pick: (a: V128, b: V128) => V128, offset: number): pair.Limbs =>
      pair.each(
        f,
        (a, b) => pick(a!, b!),
        pair.load(f, pointA, offset),
        pair.load(f, pointB, offset),
      )
    const [x, y] = [both(pair.lowLow, 0), both(pair.highHigh, 0)]
    pair.store(f, layout.POINT_SCRATCH, both(pair.lowLow, PAIR_BYTES))
    f.run(field.invert, layout.POINT_SCRATCH, layout.POINT_SCRATCH)
    const inverse = pair.load(f, layout.POINT_SCRATCH)
    const freezeAll = (limbs: pair.Limbs, targets: readonly I32[]): void => {
      const product = pair.carry(f, pair.multiply(f, kind, limbs, inverse))
      pair.store(f, layout.POINT_SCRATCH, product)
      for (const [lane, target] of targets.entries())
        f.run(field.freeze, layout.POINT_SCRATCH, 8 * lane, target)
    }
    freezeAll(x, [layout.FROZEN, layout.FROZEN + layout.WORD_BYTES])
    freezeAll(y, [bytesA, bytesB])
    for (const [lane, bytes] of [bytesA, bytesB].entries()) {
      const sign = i32.shl(i32.load8u(layout.FROZEN, lane * layout.WORD_BYTES), 7)
      f.store8(bytes, i32.or(i32.load8u(bytes, 31), sign), 31)
    }
  })
}
