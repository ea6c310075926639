import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import fc from 'fast-check'
import { drawWaitMs, meanWaitMs } from './backoff.ts'

describe('the waits between tries', () => {
  it('grow by half each time, up to the longest', () => {
    const means = [0, 1, 2, 3, 7, 8, 5_000].map((number) => meanWaitMs(number, 10_000))
    assert.deepEqual(means, [500, 750, 1125, 1687, 8542, 10_000, 10_000])
  })

  it('are at most half shorter or longer than that, whatever is drawn', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.integer({ min: 500, max: 60_000 }),
        fc.bigInt(),
        (n, max, seed) => {
          const mean = meanWaitMs(n, max)
          const wait = drawWaitMs(n, max, new SeededRandom(seed))
          assert.ok(Number.isInteger(wait) && wait >= mean / 2 && wait <= mean * 1.5)
        },
      ),
    )
  })

  it('are not all the same', () => {
    const random = new SeededRandom(1n)
    const waits = Array.from({ length: 20 }, () => drawWaitMs(3, 10_000, random))
    assert.ok(new Set(waits).size > 10)
  })
})
