/** The Ed25519 kernel: built when first used, one for the whole process. */

import { v128 } from '@wadi/base/wasm/expression'
import { instantiate, type KernelMemory } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder } from '@wadi/base/wasm/module'
import { BASE_X, BASE_Y, D, P, ROOT_OF_MINUS_ONE } from '../curve.ts'
import { addElligator } from './elligator.ts'
import { addCompress, addDecompress } from './encoding.ts'
import { addFieldFunctions } from './field.ts'
import { addFieldCalls } from './fieldCalls.ts'
import * as layout from './layout.ts'
import { bitsOfDouble, PAIR_BYTES, type ProductKind, pairBytes } from './pair.ts'
import { addPointFunctions } from './point.ts'
import { addScalarFunctions } from './scalar.ts'
import { addSecretFunctions } from './secret.ts'
import { addTermFunctions } from './terms.ts'

/** What the kernel can do. Every argument is an address in its memory, or a count. */
interface Functions {
  decompress(bytesA: number, bytesB: number, pointA: number, pointB: number): number
  compress(pointA: number, pointB: number, bytesA: number, bytesB: number): void
  compressFour(points: number, bytes: number): void
  mapToCurve(numbers: number, pointA: number, pointB: number): void
  isSmallOrder(point: number): number
  addPoint(target: number, point: number): void
  doubleTimes(point: number, count: number): void
  negatePoint(point: number): void
  reduceWide(target: number, bytes: number): void
  multiplyAdd(target: number, a: number, b: number, c: number): void
  negate(target: number, scalar: number): void
  fillBaseTable(): void
  sumTerms(points: number, scalars: number, count: number): void
  fillCombTable(): void
  multiplyBase(target: number, scalar: number): void
  multiplySecret(target: number, point: number, scalar: number): void
}

/** The kernel and its memory as bytes. */
export interface Kernel extends Functions {
  readonly memory: KernelMemory
  readonly bytes: Uint8Array
}

function addConstants(m: ModuleBuilder): void {
  m.data(layout.CONST_D, pairBytes(D, D))
  m.data(layout.CONST_ROOT, pairBytes(ROOT_OF_MINUS_ONE, ROOT_OF_MINUS_ONE))
  m.data(layout.CONST_ONE, pairBytes(1n, 1n))
  m.data(layout.CONST_CACHE, pairBytes(2n, (2n * D) % P))
  m.data(layout.BASE_POINT, pairBytes(BASE_X, BASE_Y))
  m.data(layout.BASE_POINT + PAIR_BYTES, pairBytes(1n, (BASE_X * BASE_Y) % P))
  m.data(layout.IDENTITY_CACHED, pairBytes(1n, 1n))
  m.data(layout.IDENTITY_CACHED + PAIR_BYTES, pairBytes(2n, 0n))
}

/** Does a multiply-add of this machine round once? Without relaxed SIMD there is none. */
export function productKindOfMachine(): ProductKind {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  m.function({ name: 'madd', params: ['i64', 'i64'], result: 'i64' }, (f, a, c) => {
    const factor = f.let(v128.splatI64(a))
    f.return(v128.extractI64(v128.relaxedMaddF64(factor, factor, v128.splatI64(c)), 0))
  })
  try {
    // (2^30 + 1)² - (2^60 + 2^31) is 1, but a product that is rounded first has lost it.
    const minus = (1n << 63n) | bitsOfDouble((1n << 60n) + (1n << 31n))
    const { madd } = instantiate<{ madd(a: bigint, c: bigint): bigint }>(m)
    return madd(bitsOfDouble((1n << 30n) + 1n), minus) === bitsOfDouble(1n) ? 'fused' : 'plain'
  } catch {
    return 'plain'
  }
}

/** A kernel of its own; tests run both kinds. */
export function createKernel(kind: ProductKind): Kernel {
  const m = new ModuleBuilder({ pagesMin: layout.PAGES, pagesMax: layout.PAGES })
  addConstants(m)
  const field = addFieldFunctions(m, kind)
  const points = addPointFunctions(m, kind, field)
  const calls = addFieldCalls(m, field)
  addDecompress(m, calls)
  addCompress(m, calls)
  addElligator(m, calls)
  m.function({ name: 'addPoint', params: ['i32', 'i32'] }, (f, target, point) => {
    f.run(points.toCached, layout.SELECTED, point)
    f.run(points.add, target, layout.SELECTED, 0)
  })
  addScalarFunctions(m)
  addTermFunctions(m, points)
  addSecretFunctions(m, points)
  const kernel = instantiate<Functions>(m)
  kernel.fillBaseTable()
  return { ...kernel, bytes: new Uint8Array(kernel.memory.buffer) }
}

/** Overwrites everything in the kernel's memory that a secret may have touched. */
export function wipe(kernel: Kernel): void {
  kernel.bytes.fill(0, layout.SECRETS_START, layout.SECRETS_END)
}

let shared: Kernel | undefined

/** The kernel that everybody uses. */
export function ed25519Kernel(): Kernel {
  shared ??= createKernel(productKindOfMachine())
  return shared
}
