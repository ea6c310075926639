/**
 * Arithmetic on pairs of field elements in memory, by calls: for what is done a few times a point,
 * where a small kernel (its generation and compilation) matters more than a load and a store.
 * Conditions are flags: bit 0 for the low lane, bit 1 for the high one.
 */

import { type I32, i32, type V128, v128 } from '@wadi/base/wasm/expression'
import {
  call,
  type FunctionBuilder,
  type FunctionReference,
  type Local,
} from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { type FieldFunctions, isZero, unpackPair } from './field.ts'
import * as layout from './layout.ts'
import * as pair from './pair.ts'
import { PAIR_BYTES } from './pair.ts'

const SIGN = 1n << 63n

type Binary = FunctionReference<readonly ['i32', 'i32', 'i32']>

/** Every argument is an address, but for the flags; the target comes first. */
export interface FieldCalls extends FieldFunctions {
  /** target = a + b. */
  readonly sum: Binary
  /** target = a - b. */
  readonly difference: Binary
  /** target = (the low lane of a, the low lane of b). Eight bytes on lies the high lane. */
  readonly gather: Binary
  /** Two 255-bit little-endian numbers, the top bit ignored. */
  readonly unpack: Binary
  /** (target, yes, no, flags). */
  readonly pick: FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']>
  /** (target, flags): target = -target where the flags say so. */
  readonly negateWhere: FunctionReference<readonly ['i32', 'i32']>
  /** Flags of the lanes that are zero. */
  readonly zeroFlags: FunctionReference<readonly ['i32']>
  /** Flags of the lanes whose canonical number is odd. */
  readonly oddFlags: FunctionReference<readonly ['i32']>
}

/** Lanes that are all ones where the flag is set. */
function maskOf(f: FunctionBuilder, flags: I32): V128 {
  const bits = f.let(pair.lanes((1n << 32n) | 1n, (2n << 32n) | 2n))
  return f.let(v128.eqI32(v128.and(v128.splatI32(flags), bits), bits))
}

/** The functions, added to the module. */
export function addFieldCalls(m: ModuleBuilder, field: FieldFunctions): FieldCalls {
  type Body = (f: FunctionBuilder, a: Local<'i32'>, b: Local<'i32'>) => pair.Limbs
  const binary = (body: Body): Binary =>
    m.function({ params: ['i32', 'i32', 'i32'] }, (f, target, a, b) => {
      pair.store(f, target, body(f, a, b))
    })
  const onColumns = (operation: (a: V128, b: V128) => V128): Binary =>
    binary((f, a, b) => {
      const left = pair.toColumns(f, pair.load(f, a))
      const right = pair.toColumns(f, pair.load(f, b))
      return pair.carry(
        f,
        pair.each(f, (x, y) => operation(x!, y!), left, right),
      )
    })
  const pick = m.function({ params: ['i32', 'i32', 'i32', 'i32'] }, (f, target, yes, no, flags) => {
    const mask = maskOf(f, flags)
    const select = (a: V128 | undefined, b: V128 | undefined): V128 => v128.bitselect(a!, b!, mask)
    pair.store(f, target, pair.each(f, select, pair.load(f, yes), pair.load(f, no)))
  })
  const negateWhere = m.function({ params: ['i32', 'i32'] }, (f, target, flags) => {
    const flip = f.let(v128.and(maskOf(f, flags), pair.both(SIGN)))
    pair.store(
      f,
      target,
      pair.each(f, (a) => v128.xor(a!, flip), pair.load(f, target)),
    )
  })
  const zeroFlags = m.function({ params: ['i32'], result: 'i32' }, (f, source) => {
    f.return(i32.or(isZero(field, source, 0), i32.shl(isZero(field, source, 8), 1)))
  })
  const oddFlags = m.function({ params: ['i32'], result: 'i32' }, (f, source) => {
    const high = layout.FROZEN + layout.WORD_BYTES
    f.run(field.freeze, source, 0, layout.FROZEN)
    f.run(field.freeze, source, 8, high)
    const bit = (address: number) => i32.and(i32.load8u(address), 1)
    f.return(i32.or(bit(layout.FROZEN), i32.shl(bit(high), 1)))
  })
  return {
    ...field,
    sum: onColumns(v128.addI64),
    difference: onColumns(v128.subI64),
    gather: binary((f, a, b) =>
      pair.each(f, (x, y) => pair.lowLow(x!, y!), pair.load(f, a), pair.load(f, b)),
    ),
    unpack: binary(unpackPair),
    pick,
    negateWhere,
    zeroFlags,
    oddFlags,
  }
}

/** Four coordinates of two points, pairs that lie one after the other. */
export const [X, Y, Z, T] = [0, 1, 2, 3].map((i) => layout.COORDINATES + i * PAIR_BYTES) as [
  number,
  number,
  number,
  number,
]

/** Writes the points of the two lanes of {@link X}, {@link Y}, {@link Z} and {@link T}. */
export function storePoints(
  f: FunctionBuilder,
  { gather }: FieldCalls,
  targets: readonly [I32, I32],
): void {
  for (const [lane, target] of targets.entries()) {
    f.run(gather, target, X + 8 * lane, Y + 8 * lane)
    f.run(gather, i32.add(target, PAIR_BYTES), Z + 8 * lane, T + 8 * lane)
  }
}

/** The flags of a pair in memory that a function finds. */
export function flagsOf(
  f: FunctionBuilder,
  find: FunctionReference<readonly ['i32']>,
  source: number,
): Local<'i32'> {
  return f.let(call('i32', find, source))
}
