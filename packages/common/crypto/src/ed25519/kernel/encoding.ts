/** Points from bytes and back, two at once. */

import { type Expression, type I32, i32, i64, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { type FieldFunctions, isZero, unpackPair } from './field.ts'
import * as layout from './layout.ts'
import * as pair from './pair.ts'
import { PAIR_BYTES } from './pair.ts'

const SIGN = 1n << 63n
const [FLAGS, LEFT, RIGHT, RESULT] = [0, 1, 2, 3].map(
  (i) => layout.POINT_SCRATCH + i * PAIR_BYTES,
) as [number, number, number, number]

/** a · b by a call: here code size matters more than time. */
function product(
  f: FunctionBuilder,
  field: FieldFunctions,
  a: pair.Limbs,
  b: pair.Limbs,
): pair.Limbs {
  pair.store(f, LEFT, a)
  pair.store(f, RIGHT, b)
  f.run(field.multiply, RESULT, LEFT, RIGHT)
  return pair.load(f, RESULT)
}

/** a + b of columns. */
function sum(f: FunctionBuilder, a: pair.Columns, b: pair.Columns): pair.Columns {
  return pair.each(f, (x, y) => v128.addI64(x!, y!), a, b)
}

/** A vector whose lanes are all ones where the conditions hold. */
function laneMask(f: FunctionBuilder, low: Expression<'i32'>, high: Expression<'i32'>): V128 {
  const wide = (flag: Expression<'i32'>): Expression<'i64'> => i64.sub(0n, i64.extendU(flag))
  const first = f.let(wide(low))
  return f.let(v128.replaceI64(v128.splatI64(first), 1, wide(high)))
}

/** Is each of the lanes zero? */
function zeroFlags(
  f: FunctionBuilder,
  field: FieldFunctions,
  limbs: pair.Limbs,
): readonly [Local<'i32'>, Local<'i32'>] {
  pair.store(f, FLAGS, limbs)
  return [f.let(isZero(field, FLAGS, 0)), f.let(isZero(field, FLAGS, 8))]
}

/** Both elements plus a small number. */
function plus(f: FunctionBuilder, limbs: pair.Limbs, by: bigint): pair.Limbs {
  const columns = pair.toColumns(f, limbs)
  const first = f.let(v128.addI64(columns[0]!, pair.both(BigInt.asUintN(64, by))))
  return pair.carry(f, [first, ...columns.slice(1)])
}

/**
 * Two points from their 32 bytes: `decompress(bytesA, bytesB, pointA, pointB)` → flags: 1 and 2
 * say that A and B are points, 4 and 8 that A and B have small order.
 *
 * COMPAT(oasis-core): y is taken modulo p, and a sign bit with x = 0 is ignored: encodings need
 * not be canonical. x = u·(uv)^((p-5)/8), perhaps times √-1, where u = y² - 1 and v = dy² + 1.
 */
export function addDecompress(m: ModuleBuilder, field: FieldFunctions): void {
  const signature = {
    name: 'decompress',
    params: ['i32', 'i32', 'i32', 'i32'],
    result: 'i32',
  } as const
  m.function(signature, (f, bytesA, bytesB, pointA, pointB) => {
    const times = (a: pair.Limbs, b: pair.Limbs): pair.Limbs => product(f, field, a, b)
    const y = unpackPair(f, bytesA, bytesB)
    const ySquared = times(y, y)
    const u = plus(f, ySquared, -1n)
    const v = plus(f, times(ySquared, pair.load(f, layout.CONST_D)), 1n)

    pair.store(f, FLAGS, times(u, v))
    f.run(field.rootPower, FLAGS, FLAGS)
    const root = times(u, pair.load(f, FLAGS))
    const check = times(times(root, root), v)
    const sides = [pair.toColumns(f, check), pair.toColumns(f, u)] as const
    const compare = (operation: (a: V128, b: V128) => V128) => {
      const combined = pair.each(f, (a, b) => operation(a!, b!), ...sides)
      return zeroFlags(f, field, pair.carry(f, combined))
    }
    const isRoot = compare(v128.subI64)
    const isTurned = compare(v128.addI64)
    const turned = times(root, pair.load(f, layout.CONST_ROOT))
    const turnMask = laneMask(f, isTurned[0], isTurned[1])
    const xEither = pair.each(f, (a, b) => v128.bitselect(a!, b!, turnMask), turned, root)

    const x = withSign(f, field, xEither, [bytesA, bytesB])
    const t = times(x, y)
    const one = pair.load(f, layout.CONST_ONE)
    const storePoint = (point: Local<'i32'>, pick: (a: V128, b: V128) => V128): void => {
      const picked = (a: pair.Limbs, b: pair.Limbs): pair.Limbs =>
        pair.each(f, (p, q) => pick(p!, q!), a, b)
      pair.store(f, point, picked(x, y))
      pair.store(f, point, picked(one, t), PAIR_BYTES)
    }
    storePoint(pointA, pair.lowLow)
    storePoint(pointB, pair.highHigh)
    // Small order: x = 0 or y = 0 (orders 1, 2, 4) or x² + y² = 0 (order 8).
    const squares = [times(x, x), ySquared].map((limbs) => pair.toColumns(f, limbs))
    const radius = pair.carry(f, sum(f, squares[0]!, squares[1]!))
    const isSmall = zeroFlags(f, field, times(t, radius))
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
  pair.store(f, FLAGS, x)
  const isWrong = bytes.map((pointer, lane) => {
    f.run(field.freeze, FLAGS, 8 * lane, layout.FROZEN)
    const sign = i32.shrU(i32.load8u(pointer, 31), 7)
    return f.let(i32.xor(i32.and(i32.load8u(layout.FROZEN), 1), sign))
  })
  const mask = laneMask(f, isWrong[0]!, isWrong[1]!)
  const flip = f.let(v128.and(mask, pair.both(SIGN)))
  return pair.each(f, (a) => v128.xor(a!, flip), x)
}

/** Canonical bytes of two points: `compress(pointA, pointB, bytesA, bytesB)`. */
export function addCompress(m: ModuleBuilder, field: FieldFunctions): void {
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
    pair.store(f, FLAGS, both(pair.lowLow, PAIR_BYTES))
    f.run(field.invert, FLAGS, FLAGS)
    const inverse = pair.load(f, FLAGS)
    const freezeAll = (limbs: pair.Limbs, targets: readonly I32[]): void => {
      pair.store(f, FLAGS, product(f, field, limbs, inverse))
      for (const [lane, target] of targets.entries()) f.run(field.freeze, FLAGS, 8 * lane, target)
    }
    freezeAll(x, [layout.FROZEN, layout.FROZEN + layout.WORD_BYTES])
    freezeAll(y, [bytesA, bytesB])
    for (const [lane, bytes] of [bytesA, bytesB].entries()) {
      const sign = i32.shl(i32.load8u(layout.FROZEN, lane * layout.WORD_BYTES), 7)
      f.store8(bytes, i32.or(i32.load8u(bytes, 31), sign), 31)
    }
  })
}
