import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mapByReference } from '../../hashToCurve/reference.ts'
import { P } from '../curve.ts'
import { encode, IDENTITY } from '../reference.ts'
import { MAPPED_BYTES, placeNumber } from './elligator.ts'
import { createKernel } from './kernel.ts'
import * as layout from './layout.ts'

const END = 1n << BigInt(8 * MAPPED_BYTES)
const LAST_MULTIPLE = END - 1n - ((END - 1n) % P)
const SECOND = layout.WORK_POINTS + layout.POINT_BYTES

const bigEndian = (number: bigint): Uint8Array =>
  Uint8Array.from({ length: MAPPED_BYTES }, (_, i) =>
    Number((number >> BigInt(8 * (MAPPED_BYTES - 1 - i))) & 0xffn),
  )

for (const kind of ['fused', 'plain'] as const) {
  describe(`the map Elligator 2, ${kind} products`, () => {
    const kernel = createKernel(kind)
    const map = (...numbers: readonly [bigint, bigint]): readonly Uint8Array[] => {
      for (const [i, number] of numbers.entries()) {
        placeNumber(kernel.bytes, layout.IO + 2 * i * layout.WORD_BYTES, bigEndian(number))
      }
      kernel.mapToCurve(layout.IO, layout.WORK_POINTS, SECOND)
      kernel.doubleTimes(layout.WORK_POINTS, 3)
      kernel.doubleTimes(SECOND, 3)
      const [a, b] = [layout.IO, layout.IO + layout.WORD_BYTES] as const
      kernel.compress(layout.WORK_POINTS, SECOND, a, b)
      return [kernel.bytes.slice(a, b), kernel.bytes.slice(b, b + layout.WORD_BYTES)]
    }

    it('maps what the reference maps, to the same points, in both lanes', () => {
      const number = fc.oneof(
        { weight: 8, arbitrary: fc.bigInt(0n, END - 1n) },
        fc.bigInt(0n, P - 1n),
        fc.bigInt(0n, 1000n).map((n) => LAST_MULTIPLE + n),
        fc.bigInt(0n, 1000n).map((n) => P - n),
      )
      fc.assert(
        fc.property(number, number, (a, b) => {
          assert.deepEqual(map(a, b), [mapByReference(a % P), mapByReference(b % P)])
        }),
        { numRuns: 1000 },
      )
    })

    it('maps numbers that are zero modulo p, the only exception, to the neutral point', () => {
      const other = mapByReference(1n)
      for (const zero of [0n, P, 2n * P, P << 64n, LAST_MULTIPLE]) {
        assert.deepEqual(map(zero, 1n), [encode(IDENTITY), other])
        assert.deepEqual(map(1n, zero), [other, encode(IDENTITY)])
        assert.deepEqual(map(zero, zero), [encode(IDENTITY), encode(IDENTITY)])
      }
      assert.deepEqual(mapByReference(0n), encode(IDENTITY))
    })

    it('maps the borders of its halves, and a number as its negation', () => {
      const half = 1n << 192n
      for (const n of [1n, 2n, half - 1n, half, half + 1n, END - half, END - 1n, P + 1n]) {
        const expected = mapByReference(n % P)
        assert.deepEqual(map(n, P - (n % P)), [expected, expected])
      }
    })
  })
}
