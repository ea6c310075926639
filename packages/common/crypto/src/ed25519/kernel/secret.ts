/**
 * Multiples of points by secret scalars. The scalar is cut into 64 signed digits from -8 to 8; for
 * each, all eight multiples of a table are read and the right one is kept by masks. No branch and
 * no address depends on the scalar.
 */

import { type I32, i32, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionReference, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import * as layout from './layout.ts'
import * as pair from './pair.ts'
import { PAIR_BYTES } from './pair.ts'
import type { PointFunctions } from './point.ts'

/** Cuts the scalar (below 2^255) into {@link layout.DIGITS}. */
function addDigits(m: ModuleBuilder): FunctionReference<readonly ['i32']> {
  return m.function({ params: ['i32'] }, (f, scalar) => {
    const carry = f.let(i32.const(0))
    const k = f.let(i32.const(0))
    const digit = f.local('i32')
    f.while(i32.ltU(k, layout.SECRET_DIGITS), () => {
      const byte = i32.load8u(i32.add(scalar, i32.shrU(k, 1)))
      const nibble = i32.and(i32.shrU(byte, i32.shl(i32.and(k, 1), 2)), 15)
      f.set(digit, i32.add(nibble, carry))
      // The last digit keeps what it has: at most 7 and a carry.
      const isLast = i32.eq(k, layout.SECRET_DIGITS - 1)
      f.set(carry, i32.select(isLast, 0, i32.shrU(i32.add(digit, 8), 4)))
      f.store8(i32.add(layout.DIGITS, k), i32.sub(digit, i32.shl(carry, 4)))
      f.set(k, i32.add(k, 1))
    })
  })
}

/** Adds the digit's multiple from the table of eight to the target. */
function addDigitFunction(
  m: ModuleBuilder,
  points: PointFunctions,
): FunctionReference<readonly ['i32', 'i32', 'i32']> {
  return m.function({ params: ['i32', 'i32', 'i32'] }, (f, target, table, digit) => {
    const sign = f.let(i32.shrS(digit, 31))
    const size = f.let(v128.splatI32(i32.sub(i32.xor(digit, sign), sign)))
    const outer = pair.load(f, layout.IDENTITY_CACHED)
    const inner = pair.load(f, layout.IDENTITY_CACHED, PAIR_BYTES)
    const multiple = f.let(i32.const(1))
    f.while(i32.leU(multiple, 8), () => {
      const mask = f.let(v128.eqI32(size, v128.splatI32(multiple)))
      for (const k of outer.keys()) {
        const pick = (offset: number, kept: V128): V128 =>
          v128.bitselect(v128.load(table, offset + 16 * k), kept, mask)
        f.set(outer[k]!, pick(0, outer[k]!))
        f.set(inner[k]!, pick(PAIR_BYTES, inner[k]!))
      }
      f.set(table, i32.add(table, layout.POINT_BYTES))
      f.set(multiple, i32.add(multiple, 1))
    })
    pair.store(f, layout.SELECTED, outer)
    pair.store(f, layout.SELECTED, inner, PAIR_BYTES)
    f.run(points.add, target, layout.SELECTED, sign)
  })
}

/** The multiples 1 … 8 of a point, cached. */
function addMultiples(
  m: ModuleBuilder,
  points: PointFunctions,
): FunctionReference<readonly ['i32', 'i32']> {
  return m.function({ params: ['i32', 'i32'] }, (f, table, point) => {
    const first = f.let(table)
    const sum = layout.POINT_SCRATCH
    const count = f.let(i32.const(7))
    f.copy(sum, point, layout.POINT_BYTES)
    f.run(points.toCached, table, sum)
    f.while(count, () => {
      f.run(points.add, sum, first, 0)
      f.set(table, i32.add(table, layout.POINT_BYTES))
      f.run(points.toCached, table, sum)
      f.set(count, i32.sub(count, 1))
    })
  })
}

/**
 * `fillCombTable()` comes before the first `multiplyBase(target, scalar)`;
 * `multiplySecret(target, point, scalar)`. Scalars are below 2^255.
 */
export function addSecretFunctions(m: ModuleBuilder, points: PointFunctions): void {
  const digits = addDigits(m)
  const addDigit = addDigitFunction(m, points)
  const multiples = addMultiples(m, points)
  const digitAt = (k: I32) => i32.shrS(i32.shl(i32.load8u(i32.add(k, layout.DIGITS)), 24), 24)

  m.function({ name: 'fillCombTable', params: [] }, (f) => {
    f.copy(layout.ACCUMULATOR, layout.BASE_POINT, layout.POINT_BYTES)
    const table = f.let(i32.const(layout.COMB_TABLE))
    const end = layout.COMB_TABLE + (layout.SECRET_DIGITS / 2) * layout.SECRET_TABLE_BYTES
    f.while(i32.ltU(table, end), () => {
      f.run(multiples, table, layout.ACCUMULATOR)
      f.run(points.doubleTimes, layout.ACCUMULATOR, 8)
      f.set(table, i32.add(table, layout.SECRET_TABLE_BYTES))
    })
  })

  m.function({ name: 'multiplyBase', params: ['i32', 'i32'] }, (f, target, scalar) => {
    f.run(digits, scalar)
    f.run(points.clear, target)
    const k = f.local('i32')
    const addEverySecond = (from: number): void => {
      f.set(k, from)
      f.while(i32.ltU(k, layout.SECRET_DIGITS), () => {
        const row = i32.mul(i32.shrU(k, 1), layout.SECRET_TABLE_BYTES)
        f.run(addDigit, target, i32.add(row, layout.COMB_TABLE), digitAt(k))
        f.set(k, i32.add(k, 2))
      })
    }
    addEverySecond(1)
    f.run(points.doubleTimes, target, 4)
    addEverySecond(0)
  })

  const signature = { name: 'multiplySecret', params: ['i32', 'i32', 'i32'] } as const
  m.function(signature, (f, target, point, scalar) => {
    f.run(multiples, layout.SECRET_TABLE, point)
    f.run(digits, scalar)
    f.run(points.clear, target)
    const k: Local<'i32'> = f.let(i32.const(layout.SECRET_DIGITS))
    f.while(k, () => {
      f.set(k, i32.sub(k, 1))
      f.run(points.doubleTimes, target, 4)
      f.run(addDigit, target, layout.SECRET_TABLE, digitAt(k))
    })
  })
}
