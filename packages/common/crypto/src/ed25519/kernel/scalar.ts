/**
 * Numbers modulo the group order L = 2^252 + 27742317777372353535851937790883648493, as eight
 * words of 32 bits. Multiplication is Montgomery's; no branch and no address depends on a value.
 */

import { type Expression, i32, i64 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference, Local } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { L } from '../curve.ts'
import * as layout from './layout.ts'

const MASK = 0xffff_ffffn
const WORDS = [0, 1, 2, 3, 4, 5, 6, 7] as const
const R_SQUARED = layout.CONST_SCALARS
const ONE = layout.CONST_SCALARS + layout.WORD_BYTES
const S0 = layout.SCALAR_SCRATCH
const S1 = S0 + layout.SCALAR_BYTES
const S2 = S1 + layout.SCALAR_BYTES

const wordOf = (value: bigint, k: number): bigint => (value >> BigInt(32 * k)) & MASK

/** -L^-1 modulo 2^32: each turn of the loop doubles the number of right bits. */
function negatedInverse(): bigint {
  let inverse = 1n
  for (let bits = 1; bits < 32; bits *= 2) inverse = (inverse * (2n - L * inverse)) & MASK
  return (MASK + 1n - inverse) & MASK
}

function bytesOf(value: bigint): Uint8Array {
  const bytes = new Uint8Array(layout.WORD_BYTES)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn)
  return bytes
}

/** target = t - L if that is not negative, else t; t is below 2L. */
function storeReduced(f: FunctionBuilder, target: Local<'i32'>, t: readonly Local<'i64'>[]): void {
  const borrow = f.let(i64.const(0n))
  const less = WORDS.map((k) => {
    const difference = f.let(i64.add(i64.sub(t[k]!, wordOf(L, k)), borrow))
    f.set(borrow, i64.shrS(difference, 32n))
    return difference
  })
  for (const k of WORDS) {
    const low = i64.and(less[k]!, MASK)
    const kept = i64.xor(low, i64.and(i64.xor(low, t[k]!), borrow))
    f.store32(target, i32.wrap(kept), 4 * k)
  }
}

/** target = a·b / 2^256 mod L; one of the two is below L, the other may have any 256 bits. */
function addMontgomery(m: ModuleBuilder): FunctionReference<readonly ['i32', 'i32', 'i32']> {
  const inverse = negatedInverse()
  return m.function({ params: ['i32', 'i32', 'i32'] }, (f, target, a, b) => {
    const words = WORDS.map((k) => f.let(i64.load32u(a, 4 * k)))
    const t = [...WORDS, 8].map(() => f.let(i64.const(0n)))
    const end = f.let(i32.add(b, layout.WORD_BYTES))
    const sum = f.local('i64')
    const high = (): Expression<'i64'> => i64.shrU(sum, 32n)
    f.while(i32.ltU(b, end), () => {
      const digit = f.let(i64.load32u(b))
      f.set(sum, 0n)
      for (const k of WORDS) {
        f.set(sum, i64.add(i64.add(t[k]!, i64.mul(words[k]!, digit)), high()))
        f.set(t[k]!, i64.and(sum, MASK))
      }
      f.set(t[8]!, i64.add(t[8]!, high()))
      const factor = f.let(i64.and(i64.mul(t[0]!, inverse), MASK))
      f.set(sum, i64.add(t[0]!, i64.mul(factor, wordOf(L, 0))))
      for (const k of WORDS.slice(1)) {
        f.set(sum, i64.add(i64.add(t[k]!, i64.mul(factor, wordOf(L, k))), high()))
        f.set(t[k - 1]!, i64.and(sum, MASK))
      }
      f.set(sum, i64.add(t[8]!, high()))
      f.set(t[7]!, i64.and(sum, MASK))
      f.set(t[8]!, high())
      f.set(b, i32.add(b, 4))
    })
    storeReduced(f, target, t)
  })
}

/** target = a + b mod L; both below L. */
function addSum(m: ModuleBuilder): FunctionReference<readonly ['i32', 'i32', 'i32']> {
  return m.function({ params: ['i32', 'i32', 'i32'] }, (f, target, a, b) => {
    const carry = f.let(i64.const(0n))
    const t = WORDS.map((k) => {
      f.set(carry, i64.add(i64.add(i64.load32u(a, 4 * k), i64.load32u(b, 4 * k)), carry))
      const word = f.let(i64.and(carry, MASK))
      f.set(carry, i64.shrU(carry, 32n))
      return word
    })
    storeReduced(f, target, t)
  })
}

/**
 * The scalar functions, added to the module, all exported:
 * `reduceWide(target, bytes64)`, `multiplyAdd(target, a, b, c)` = ab + c where b and c are below L
 * and a has any 256 bits, and `negate(target, a)` for a below L.
 */
export function addScalarFunctions(m: ModuleBuilder): void {
  m.data(R_SQUARED, bytesOf((1n << 512n) % L))
  m.data(ONE, bytesOf(1n))
  const montgomery = addMontgomery(m)
  const sum = addSum(m)
  m.function({ name: 'reduceWide', params: ['i32', 'i32'] }, (f, target, bytes) => {
    f.run(montgomery, S0, i32.add(bytes, layout.WORD_BYTES), R_SQUARED)
    f.run(montgomery, S1, bytes, R_SQUARED)
    f.run(montgomery, S1, S1, ONE)
    f.run(sum, target, S0, S1)
  })
  m.function(
    { name: 'multiplyAdd', params: ['i32', 'i32', 'i32', 'i32'] },
    (f, target, a, b, c) => {
      f.run(montgomery, S2, a, b)
      f.run(montgomery, S2, S2, R_SQUARED)
      f.run(sum, target, S2, c)
    },
  )
  m.function({ name: 'negate', params: ['i32', 'i32'] }, (f, target, a) => {
    const borrow = f.let(i64.const(0n))
    for (const k of WORDS) {
      f.set(borrow, i64.sub(i64.add(borrow, wordOf(L, k)), i64.load32u(a, 4 * k)))
      f.store32(S0, i32.wrap(borrow), 4 * k)
      f.set(borrow, i64.shrS(borrow, 32n))
    }
    // L - 0 is L: the sum with zero brings it down.
    f.run(sum, target, S0, layout.ZERO)
  })
}
