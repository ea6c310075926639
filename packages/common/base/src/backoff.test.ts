import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { drawWaitMs, meanWaitMs } from './backoff.ts'
import { SeededRandom } from './random.ts'

describe('the waits between tries', () => {
  it('grow by half each time, up to the longest', () => {
    const range = { firstMs: 500, maxMs: 10_000 }
    const means = [0, 1, 2, 3, 7, 8, 5_000].map((number) => meanWaitMs(number, range))
    assert.deepEqual(means, [500, 750, 1125, 1687, 8542, 10_000, 10_000])
  })

  it('are at most half shorter or longer than that, whatever is drawn', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.integer({ min: 500, max: 60_000 }),
        fc.bigInt(),
        (n, maxMs, seed) => {
          const range = { firstMs: 500, maxMs }
          const mean = meanWaitMs(n, range)
          const wait = drawWaitMs(n, range, new SeededRandom(seed))
          assert.ok(Number.isInteger(wait) && wait >= mean / 2 && wait <= mean * 1.5)
        },
      ),
    )
  })

  it('are half of their average more or less, and the average grows up to a bound', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 99n }), fc.nat(2000), (seed, attempt) => {
        const range = { firstMs: 1000, maxMs: 60_000 }
        const pause = drawWaitMs(attempt, range, new SeededRandom(seed))
        const average = Math.min(1000 * 1.5 ** attempt, 60_000)
        assert.ok(pause >= Math.floor(average / 2) && pause <= 1.5 * average)
      }),
    )
  })

  it('are not all the same', () => {
    const random = new SeededRandom(1n)
    const range = { firstMs: 500, maxMs: 10_000 }
    const waits = Array.from({ length: 20 }, () => drawWaitMs(3, range, random))
    assert.ok(new Set(waits).size > 10)
  })
})
