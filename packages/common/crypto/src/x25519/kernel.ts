/**
 * The Montgomery ladder of RFC 7748, section 5, in WebAssembly: a module of its own, made of the
 * field functions of the Ed25519 kernel. No branch and no address depends on a secret: the swaps
 * are selections by masks.
 *
 * A point x/z of the ladder is held as the pair (x + z, x - z), because that is what a step begins
 * with. With (A, B) and (C, D) of the two points, a step is five products of pairs:
 *
 *   (AA, BB) = (A, B)²      (DA, CB) = (A, B)·(D, C)      (x3, q) = (DA + CB, DA - CB)²
 *   (z3, a24·E) = (q, E)·(x1, a24)      (x2, z2) = (AA, E)·(BB, AA + a24·E)      E = AA - BB
 *
 * Bounds, with 2^50 as the unit and every product's low parts at most 1. Of products of a sum by a
 * reduced element the high parts are at most 1, so the largest column is the lowest one: 1 + 19·(4
 * + 5) = 172. Every sum below is of two such columns, at most 344, where a carry takes 2048. E is
 * the only operand that is not reduced, and it is multiplied by reduced ones only.
 */

import { i32, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference } from '@wadi/base/wasm/function'
import { instantiate, type KernelMemory } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder } from '@wadi/base/wasm/module'
import { addFieldFunctions, type FieldFunctions, unpackPair } from '../ed25519/kernel/field.ts'
import { productKindOfMachine } from '../ed25519/kernel/kernel.ts'
import * as layout from '../ed25519/kernel/layout.ts'
import * as pair from '../ed25519/kernel/pair.ts'
import { PAIR_BYTES, type ProductKind, pairBytes } from '../ed25519/kernel/pair.ts'

/** (A - 2) / 4 of the curve y² = x³ + 486662x² + x. */
const A24 = 121_665n
/** The clamped scalar's highest bit. */
const TOP_BIT = 254

/** The scalar, and u, in whose place comes the result. */
export const SCALAR = layout.IO
export const U = SCALAR + layout.WORD_BYTES

/** The two points of the ladder and (x1, a24), behind the scratch of the field functions. */
export const NEAR = layout.SECRETS_END
export const FAR = NEAR + PAIR_BYTES
export const FACTORS = FAR + PAIR_BYTES
const QUOTIENT = FACTORS + PAIR_BYTES
const SECRETS_END = QUOTIENT + 2 * PAIR_BYTES
const CONST_A24 = SECRETS_END

interface Functions {
  /** Swaps the two points if the parameter is -1 and not if it is 0; then makes a step. */
  step(swap: number): void
  /** U = SCALAR · U. The scalar is clamped already. */
  multiply(): void
}

/** The kernel and its memory as bytes. */
export interface X25519Kernel extends Functions {
  readonly memory: KernelMemory
  readonly bytes: Uint8Array
}

/** (x + y, x - y) of (x, y), before any carry. */
function sumAndDifference(f: FunctionBuilder, columns: pair.Columns): pair.Columns {
  return pair.each(
    f,
    (xy, yx) => pair.lowHigh(v128.addI64(xy!, yx!), v128.subI64(yx!, xy!)),
    columns,
    pair.each(f, (c) => pair.swap(c!), columns),
  )
}

function addStep(m: ModuleBuilder, kind: ProductKind): FunctionReference<readonly ['i32']> {
  return m.function({ name: 'step', params: ['i32'] }, (f, swap) => {
    const mask = f.let(v128.splatI32(swap))
    const select = (yes: V128 | undefined, no: V128 | undefined): V128 =>
      v128.bitselect(yes!, no!, mask)
    const [near, far] = [pair.load(f, NEAR), pair.load(f, FAR)]
    const ab = pair.each(f, select, far, near)
    const dc = pair.each(f, (yes, no) => pair.swap(select(yes, no)), near, far)

    const squares = pair.square(f, kind, ab)
    const crossed = sumAndDifference(f, pair.multiply(f, kind, ab, dc))
    const x3q = pair.square(f, kind, pair.carry(f, crossed))

    const aabb = pair.carry(f, squares)
    const e = pair.each(f, (c) => v128.subF64(pair.swap(c!), c!), aabb)
    const qe = pair.each(f, (a, b) => pair.highHigh(a!, b!), pair.carry(f, x3q), e)
    const z3 = pair.multiply(f, kind, qe, pair.load(f, FACTORS))
    const cd = pair.each(
      f,
      (x, z) => pair.lowLow(v128.addI64(x!, z!), v128.subI64(x!, z!)),
      x3q,
      z3,
    )
    pair.store(f, FAR, pair.carry(f, cd))

    const bbaa = pair.each(f, (c) => pair.swap(c!), squares)
    const sums = pair.each(f, (c, a) => pair.lowHigh(c!, v128.addI64(c!, a!)), bbaa, z3)
    const aae = pair.each(f, (a, b) => pair.lowHigh(a!, b!), aabb, e)
    const x2z2 = pair.multiply(f, kind, aae, pair.carry(f, sums))
    pair.store(f, NEAR, pair.carry(f, sumAndDifference(f, x2z2)))
  })
}

/** The points of the beginning: 1/0, which is (1, 1), and x1/1. */
function emitStart(f: FunctionBuilder): void {
  const one = pair.load(f, layout.CONST_ONE)
  const x1 = unpackPair(f, i32.const(U), i32.const(U))
  const x1One = pair.each(f, (x, c) => pair.lowHigh(x!, c!), x1, one)
  const factors = pair.each(f, (x, c) => pair.lowHigh(x!, c!), x1, pair.load(f, CONST_A24))
  pair.store(f, FACTORS, factors)
  pair.store(f, NEAR, one)
  pair.store(f, FAR, pair.carry(f, sumAndDifference(f, pair.toColumns(f, x1One))))
}

/** x/z of what was (x + z, x - z); sum and difference again are twice (x, z). */
function emitQuotient(f: FunctionBuilder, field: FieldFunctions): void {
  const inverse = QUOTIENT + PAIR_BYTES
  const doubled = sumAndDifference(f, pair.toColumns(f, pair.load(f, NEAR)))
  pair.store(f, QUOTIENT, pair.carry(f, doubled))
  f.run(field.invert, inverse, QUOTIENT)
  const swapped = pair.each(f, (c) => pair.swap(c!), pair.load(f, inverse))
  pair.store(f, inverse, swapped)
  f.run(field.multiply, QUOTIENT, QUOTIENT, inverse)
  f.run(field.freeze, QUOTIENT, 0, U)
}

/** A kernel of its own; tests run both kinds. */
export function createX25519Kernel(kind: ProductKind): X25519Kernel {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  m.data(layout.CONST_ONE, pairBytes(1n, 1n))
  m.data(CONST_A24, pairBytes(A24, A24))
  const field = addFieldFunctions(m, kind)
  const step = addStep(m, kind)
  m.function({ name: 'multiply', params: [] }, (f) => {
    emitStart(f)
    const previous = f.let(i32.const(0))
    const index = f.let(i32.const(TOP_BIT + 1))
    const bit = f.local('i32')
    f.while(index, () => {
      f.set(index, i32.sub(index, 1))
      const byte = i32.load8u(i32.add(i32.shrU(index, 3), SCALAR))
      f.set(bit, i32.and(i32.shrU(byte, i32.and(index, 7)), 1))
      f.run(step, i32.sub(0, i32.xor(bit, previous)))
      f.set(previous, bit)
    })
    // The lowest bit of a clamped scalar is zero, so nothing is left to be swapped back.
    emitQuotient(f, field)
  })
  const kernel = instantiate<Functions>(m)
  return { ...kernel, bytes: new Uint8Array(kernel.memory.buffer) }
}

/** Overwrites everything in the kernel's memory that a secret may have touched. */
export function wipe(kernel: X25519Kernel): void {
  kernel.bytes.fill(0, layout.SECRETS_START, SECRETS_END)
}

let shared: X25519Kernel | undefined

/** The kernel that everybody uses, built when first used. */
export function x25519Kernel(): X25519Kernel {
  shared ??= createX25519Kernel(productKindOfMachine())
  return shared
}
