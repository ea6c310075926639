/**
 * Sums of many multiples of points in variable time (Straus): one run of doublings for all terms,
 * and for each term the odd multiples of its point, picked by signed windows of its scalar.
 * Only for public scalars and points.
 */

import { i32, i64 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import * as layout from './layout.ts'
import type { PointFunctions } from './point.ts'

/** A scalar below L has 253 bits; its last window may carry into one more. */
const BITS = 254

/** Fills `table` with so many odd multiples of the point, cached. Needs the accumulator. */
function addOddMultiples(
  m: ModuleBuilder,
  points: PointFunctions,
): FunctionReference<readonly ['i32', 'i32', 'i32']> {
  return m.function({ params: ['i32', 'i32', 'i32'] }, (f, table, point, count) => {
    const sum = layout.ACCUMULATOR
    const twice = layout.SELECTED
    f.copy(sum, point, layout.POINT_BYTES)
    f.run(points.double, sum)
    f.run(points.toCached, twice, sum)
    f.copy(sum, point, layout.POINT_BYTES)
    f.run(points.toCached, table, sum)
    f.set(count, i32.sub(count, 1))
    f.while(count, () => {
      f.run(points.add, sum, twice, 0)
      f.set(table, i32.add(table, layout.POINT_BYTES))
      f.run(points.toCached, table, sum)
      f.set(count, i32.sub(count, 1))
    })
  })
}

/** The odd signed windows of a scalar below 2^253, one byte a bit, `stride` bytes apart. */
function addWindows(m: ModuleBuilder): FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']> {
  const signature = { params: ['i32', 'i32', 'i32', 'i32'] } as const
  return m.function(signature, (f, target, stride, scalar, width) => {
    const position = f.local('i32')
    const carry = f.local('i32')
    const window = f.local('i32')
    const size = f.let(i32.shl(1, width))
    f.while(i32.ltU(position, BITS), (_, next) => {
      const word = i32.load(i32.add(scalar, i32.shrU(position, 3)))
      const bits = i32.and(i32.shrU(word, i32.and(position, 7)), i32.sub(size, 1))
      f.set(window, i32.add(bits, carry))
      f.if(i32.eqz(i32.and(window, 1)), () => {
        f.set(position, i32.add(position, 1))
        f.break(next)
      })
      f.set(carry, i32.geU(i32.shl(window, 1), size))
      f.store8(i32.add(target, i32.mul(position, stride)), i32.sub(window, i32.mul(size, carry)))
      f.set(position, i32.add(position, width))
    })
  })
}

/** Adds to the accumulator what the digits of one bit ask for; eight columns at a time. */
function emitAddRow(
  f: FunctionBuilder,
  points: PointFunctions,
  row: Local<'i32'>,
  stride: Local<'i32'>,
): void {
  const column = f.let(i32.const(0))
  const digits = f.local('i64')
  const digit = f.local('i32')
  f.while(i32.ltU(column, stride), () => {
    f.set(digits, i64.load(i32.add(row, column)))
    f.while(i64.ne(digits, 0n), () => {
      const shift = f.let(i64.and(i64.ctz(digits), 0x38n))
      f.set(digit, i32.wrap(i64.shrS(i64.shl(digits, i64.sub(56n, shift)), 56n)))
      f.set(digits, i64.and(digits, i64.xor(i64.shl(0xffn, shift), -1n)))
      const term = f.let(i32.add(column, i32.shrU(i32.wrap(shift), 3)))
      const table = i32.select(
        term,
        i32.add(layout.TABLES - layout.TERM_TABLE_BYTES, i32.mul(term, layout.TERM_TABLE_BYTES)),
        layout.BASE_TABLE,
      )
      const sign = f.let(i32.shrS(digit, 31))
      const size = i32.sub(i32.xor(digit, sign), sign)
      const multiple = i32.mul(i32.shrU(size, 1), layout.POINT_BYTES)
      f.run(points.add, layout.ACCUMULATOR, i32.add(table, multiple), sign)
    })
    f.set(column, i32.add(column, 8))
  })
}

/**
 * The end of the highest row that has a digit.
 * PERF: no doublings above it: half of them where all scalars are halves.
 */
function emitTopRow(f: FunctionBuilder, stride: Local<'i32'>): Local<'i32'> {
  const size = f.let(i32.mul(stride, BITS))
  const last = i64.load(i32.add(size, layout.WINDOWS - 8))
  f.while(i32.and(i32.gtU(size, 0), i64.eqz(last)), () => f.set(size, i32.sub(size, 8)))
  const rows = i32.divU(i32.sub(i32.add(size, stride), 1), stride)
  return f.let(i32.add(i32.mul(rows, stride), layout.WINDOWS))
}

/**
 * `sumTerms(points, scalars, count)`: the accumulator becomes the sum of scalar · point over all
 * terms, plus the base scalar times the base point. `fillBaseTable()` comes before its first use.
 */
export function addTermFunctions(m: ModuleBuilder, points: PointFunctions): void {
  const oddMultiples = addOddMultiples(m, points)
  const windows = addWindows(m)
  m.function({ name: 'fillBaseTable', params: [] }, (f) => {
    f.run(oddMultiples, layout.BASE_TABLE, layout.BASE_POINT, 1 << (layout.BASE_WINDOW - 2))
    f.copy(layout.BASE_HIGH, layout.BASE_POINT, layout.POINT_BYTES)
    f.run(points.doubleTimes, layout.BASE_HIGH, 8 * layout.HALF_SCALAR_BYTES)
  })
  const signature = { name: 'sumTerms', params: ['i32', 'i32', 'i32'] } as const
  m.function(signature, (f, point, scalar, count) => {
    const stride = f.let(i32.and(i32.add(count, 8), -8))
    f.fill(layout.WINDOWS, 0, i32.mul(stride, BITS))
    f.run(windows, layout.WINDOWS, stride, layout.BASE_SCALAR, layout.BASE_WINDOW)
    const table = f.let(i32.const(layout.TABLES))
    const column = f.let(i32.const(1))
    f.while(i32.leU(column, count), () => {
      f.run(oddMultiples, table, point, 1 << (layout.TERM_WINDOW - 2))
      f.run(windows, i32.add(layout.WINDOWS, column), stride, scalar, layout.TERM_WINDOW)
      f.set(table, i32.add(table, layout.TERM_TABLE_BYTES))
      f.set(point, i32.add(point, layout.POINT_BYTES))
      f.set(scalar, i32.add(scalar, layout.SCALAR_BYTES))
      f.set(column, i32.add(column, 1))
    })
    f.run(points.clear, layout.ACCUMULATOR)
    const row = emitTopRow(f, stride)
    f.while(i32.gtU(row, layout.WINDOWS), () => {
      f.set(row, i32.sub(row, stride))
      f.run(points.double, layout.ACCUMULATOR)
      emitAddRow(f, points, row, stride)
    })
  })
}
