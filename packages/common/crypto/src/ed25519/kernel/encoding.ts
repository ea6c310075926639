/** Points from bytes and back, two at once. */

import { i32 } from '@wadi/base/wasm/expression'
import type { FunctionReference } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { type FieldCalls, flagsOf, storePoints, T, X, Y, Z } from './fieldCalls.ts'
import * as layout from './layout.ts'
import { PAIR_BYTES } from './pair.ts'

const [A, B, C, D] = [0, 1, 2, 3].map((i) => layout.POINT_SCRATCH + i * PAIR_BYTES) as [
  number,
  number,
  number,
  number,
]

/**
 * Two points from their 32 bytes: `decompress(bytesA, bytesB, pointA, pointB)` → flags: 1 and 2
 * say that A and B are points, 4 and 8 that A and B have small order.
 *
 * COMPAT(oasis-core): y is taken modulo p, and a sign bit with x = 0 is ignored: encodings need
 * not be canonical. x = u·(uv)^((p-5)/8), perhaps times √-1, where u = y² - 1 and v = dy² + 1.
 */
export function addDecompress(m: ModuleBuilder, field: FieldCalls): void {
  const { difference, multiply, sum, zeroFlags } = field
  const signature = {
    name: 'decompress',
    params: ['i32', 'i32', 'i32', 'i32'],
    result: 'i32',
  } as const
  const [u, v, root, ySquared] = [A, B, C, D]
  m.function(signature, (f, bytesA, bytesB, pointA, pointB) => {
    f.run(field.unpack, Y, bytesA, bytesB)
    f.run(multiply, ySquared, Y, Y)
    f.run(difference, u, ySquared, layout.CONST_ONE)
    f.run(multiply, v, ySquared, layout.CONST_D)
    f.run(sum, v, v, layout.CONST_ONE)
    f.run(multiply, root, u, v)
    f.run(field.rootPower, root, root)
    f.run(multiply, root, root, u)

    f.run(multiply, T, root, root)
    f.run(multiply, T, T, v)
    f.run(difference, X, T, u)
    const isRoot = flagsOf(f, zeroFlags, X)
    f.run(sum, X, T, u)
    const isTurned = flagsOf(f, zeroFlags, X)
    f.run(multiply, X, root, layout.CONST_ROOT)
    f.run(field.pick, X, X, root, isTurned)
    // The lowest bit of x is the top bit of the encoding.
    const [signA, signB] = [bytesA, bytesB].map((at) => i32.shrU(i32.load8u(at, 31), 7))
    const signs = i32.or(signA!, i32.shl(signB!, 1))
    f.run(field.negateWhere, X, i32.xor(flagsOf(f, field.oddFlags, X), signs))
    f.run(multiply, T, X, Y)
    f.copy(Z, layout.CONST_ONE, PAIR_BYTES)
    storePoints(f, field, [pointA, pointB])

    // Small order: x = 0 or y = 0 (orders 1, 2, 4) or x² + y² = 0 (order 8).
    f.run(multiply, X, X, X)
    f.run(sum, X, X, ySquared)
    f.run(multiply, X, X, T)
    const isSmall = flagsOf(f, zeroFlags, X)
    f.return(i32.or(i32.or(isRoot, isTurned), i32.shl(isSmall, 2)))
  })
}

/** Canonical bytes of two points, whose 1/z is {@link Z}. */
function addCompressScaled(
  m: ModuleBuilder,
  { freeze, gather, multiply }: FieldCalls,
): FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']> {
  const signature = { params: ['i32', 'i32', 'i32', 'i32'] } as const
  return m.function(signature, (f, pointA, pointB, bytesA, bytesB) => {
    f.run(gather, X, pointA, pointB)
    f.run(gather, Y, i32.add(pointA, 8), i32.add(pointB, 8))
    f.run(multiply, X, X, Z)
    f.run(multiply, Y, Y, Z)
    for (const [lane, bytes] of [bytesA, bytesB].entries()) {
      f.run(freeze, X, 8 * lane, layout.FROZEN)
      f.run(freeze, Y, 8 * lane, bytes)
      const sign = i32.shl(i32.load8u(layout.FROZEN), 7)
      f.store8(bytes, i32.or(i32.load8u(bytes, 31), sign), 31)
    }
  })
}

/**
 * Canonical bytes of points: `compress(pointA, pointB, bytesA, bytesB)`, and of four that lie one
 * after the other, `compressFour(points, bytes)`.
 * PERF: four need one inversion, that of the product of their z.
 */
export function addCompress(m: ModuleBuilder, field: FieldCalls): void {
  const { gather, invert, multiply } = field
  const compressScaled = addCompressScaled(m, field)
  const signature = { name: 'compress', params: ['i32', 'i32', 'i32', 'i32'] } as const
  m.function(signature, (f, pointA, pointB, bytesA, bytesB) => {
    f.run(gather, Z, i32.add(pointA, PAIR_BYTES), i32.add(pointB, PAIR_BYTES))
    f.run(invert, Z, Z)
    f.run(compressScaled, pointA, pointB, bytesA, bytesB)
  })
  m.function({ name: 'compressFour', params: ['i32', 'i32'] }, (f, points, bytes) => {
    const point = (i: number) => i32.add(points, i * layout.POINT_BYTES)
    const z = (i: number) => i32.add(point(i), PAIR_BYTES)
    const word = (i: number) => i32.add(bytes, i * layout.WORD_BYTES)
    f.run(gather, A, z(0), z(1))
    f.run(gather, B, z(2), z(3))
    f.run(multiply, C, A, B)
    f.run(invert, C, C)
    f.run(multiply, Z, C, B)
    f.run(compressScaled, point(0), point(1), word(0), word(1))
    f.run(multiply, Z, C, A)
    f.run(compressScaled, point(2), point(3), word(2), word(3))
  })
}
