/** The field functions of the kernel that others call: products, powers, canonical bytes. */

import { type Expression, type I32, i32, i64, type V128, v128 } from '@wadi/base/wasm/expression'
import { call, type FunctionBuilder, type FunctionReference } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import * as layout from './layout.ts'
import * as pair from './pair.ts'
import { PAIR_BYTES, type ProductKind } from './pair.ts'

const MASK_51 = (1n << 51n) - 1n
const P = (1n << 255n) - 19n

export interface FieldFunctions {
  /** target = a · b, lane by lane. */
  readonly multiply: FunctionReference<readonly ['i32', 'i32', 'i32']>
  /** target = source^(2^252 - 3), lane by lane: the inner power of a square root. */
  readonly rootPower: FunctionReference<readonly ['i32', 'i32']>
  /** target = source^-1, lane by lane; zero stays zero. */
  readonly invert: FunctionReference<readonly ['i32', 'i32']>
  /** Canonical 32 bytes of one lane (0 or 8: its byte offset) of a reduced pair. */
  readonly freeze: FunctionReference<readonly ['i32', 'i32', 'i32']>
  /** Is the lane of the reduced pair zero? */
  readonly isZero: FunctionReference<readonly ['i32', 'i32']>
}

/** Reads two 255-bit little-endian numbers, the top bit ignored, as a reduced pair. */
export function unpackPair(f: FunctionBuilder, low: I32, high: I32): pair.Limbs {
  const fields = (pointer: I32): readonly Expression<'i64'>[] => {
    const word = [0, 8, 16, 24].map((offset) => f.let(i64.load(pointer, offset)))
    const cut = (k: number, bits: number): Expression<'i64'> =>
      i64.and(
        i64.or(
          i64.shrU(word[k - 1]!, BigInt(bits)),
          k < 4 ? i64.shl(word[k]!, BigInt(64 - bits)) : 0n,
        ),
        MASK_51,
      )
    return [i64.and(word[0]!, MASK_51), cut(1, 51), cut(2, 38), cut(3, 25), cut(4, 12)]
  }
  const a = fields(low)
  const b = fields(high)
  const columns = a.map((x, k) => f.let(v128.replaceI64(v128.splatI64(x), 1, b[k]!)))
  return pair.carry(f, columns)
}

/** The field functions, added to the module. */
export function addFieldFunctions(m: ModuleBuilder, kind: ProductKind): FieldFunctions {
  const multiply = m.function({ params: ['i32', 'i32', 'i32'] }, (f, target, a, b) => {
    const product = pair.multiply(f, kind, pair.load(f, a), pair.load(f, b))
    pair.store(f, target, pair.carry(f, product))
  })
  const squareTimes = m.function({ params: ['i32', 'i32', 'i32'] }, (f, target, a, count) => {
    const x = pair.load(f, a)
    f.while(count, () => {
      const next = pair.carry(f, pair.square(f, kind, x))
      for (const [k, limb] of next.entries()) f.set(x[k]!, limb)
      f.set(count, i32.sub(count, 1))
    })
    pair.store(f, target, x)
  })
  const chain = addPowerChain(m, multiply, squareTimes)
  const rootPower = m.function({ params: ['i32', 'i32'] }, (f, target, source) => {
    f.run(chain, source)
    f.run(squareTimes, T0, T0, 2)
    f.run(multiply, target, T0, source)
  })
  const invert = m.function({ params: ['i32', 'i32'] }, (f, target, source) => {
    f.run(chain, source)
    f.run(squareTimes, T0, T0, 5)
    f.run(multiply, target, T0, T1)
  })
  const freeze = addFreeze(m)
  const isZero = m.function({ params: ['i32', 'i32'], result: 'i32' }, (f, source, lane) => {
    f.run(freeze, source, lane, layout.FROZEN)
    const words = [0, 8, 16, 24].map((offset) => i64.load(layout.FROZEN, offset))
    f.return(i64.eqz(words.reduce((a, b) => i64.or(a, b))))
  })
  return { multiply, rootPower, invert, freeze, isZero }
}

const T0 = layout.FIELD_SCRATCH
const T1 = T0 + PAIR_BYTES
const T2 = T1 + PAIR_BYTES
const T3 = T2 + PAIR_BYTES

/** T0 = x^(2^250 - 1), T1 = x^11. Comments give the exponents. */
function addPowerChain(
  m: ModuleBuilder,
  multiply: FunctionReference<readonly ['i32', 'i32', 'i32']>,
  squareTimes: FunctionReference<readonly ['i32', 'i32', 'i32']>,
): FunctionReference<readonly ['i32']> {
  return m.function({ params: ['i32'] }, (f, x) => {
    f.run(squareTimes, T0, x, 1) // 2
    f.run(squareTimes, T2, T0, 2) // 8
    f.run(multiply, T2, T2, x) // 9
    f.run(multiply, T1, T2, T0) // 11
    f.run(squareTimes, T0, T1, 1) // 22
    f.run(multiply, T2, T0, T2) // 2^5 - 1
    /** target = T2^(2^count) · T2-like operand: from 2^a - 1 to 2^(a + count) - 1. */
    const extend = (target: number, from: number, count: number, by: number): void => {
      f.run(squareTimes, T0, from, count)
      f.run(multiply, target, T0, by)
    }
    extend(T2, T2, 5, T2) // 2^10 - 1
    extend(T3, T2, 10, T2) // 2^20 - 1
    extend(T3, T3, 20, T3) // 2^40 - 1
    extend(T2, T3, 10, T2) // 2^50 - 1
    extend(T3, T2, 50, T2) // 2^100 - 1
    extend(T3, T3, 100, T3) // 2^200 - 1
    extend(T0, T3, 50, T2) // 2^250 - 1
  })
}

/**
 * A reduced element lies strictly between -p and p: p is added, carries run through once, and p is
 * taken off again if the sum reaches it (that is, if the sum plus 19 reaches 2^255).
 */
function addFreeze(m: ModuleBuilder): FieldFunctions['freeze'] {
  return m.function({ params: ['i32', 'i32', 'i32'] }, (f, source, lane, target) => {
    const at = f.let(i32.add(source, lane))
    const c2 = f.let(pair.both(pair.bitsOfDouble(3n << 51n)))
    const toInteger = (x: V128): V128 => v128.subI64(v128.addF64(x, c2), c2)
    const limbs = [0, 1, 2, 3, 4].map((k) => {
      const limb = v128.extractI64(toInteger(v128.load64Zero(at, 16 * k)), 0)
      return f.let(i64.add(limb, (P >> (51n * BigInt(k))) & MASK_51))
    })
    const propagate = (): void => {
      for (let k = 0; k < 4; k++) {
        f.set(limbs[k + 1]!, i64.add(limbs[k + 1]!, i64.shrS(limbs[k]!, 51n)))
        f.set(limbs[k]!, i64.and(limbs[k]!, MASK_51))
      }
    }
    propagate()
    const reaches = f.let(i64.shrU(i64.add(limbs[0]!, 19n), 51n))
    for (let k = 1; k < 5; k++) f.set(reaches, i64.shrU(i64.add(limbs[k]!, reaches), 51n))
    f.set(limbs[0]!, i64.add(limbs[0]!, i64.mul(reaches, 19n)))
    propagate()
    f.set(limbs[4]!, i64.and(limbs[4]!, MASK_51))
    for (let k = 0; k < 4; k++) {
      const low = i64.shrU(limbs[k]!, BigInt(13 * k))
      const high = i64.shl(limbs[k + 1]!, BigInt(51 - 13 * k))
      f.store64(target, i64.or(low, high), 8 * k)
    }
  })
}

/** Runs `isZero` on a lane. */
export function isZero(field: FieldFunctions, pointer: I32, lane: 0 | 8): Expression<'i32'> {
  return call('i32', field.isZero, pointer, lane)
}
