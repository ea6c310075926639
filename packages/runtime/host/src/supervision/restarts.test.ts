import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import fc from 'fast-check'
import { RESTART_MS_MAX, RESTARTS_MS_MAX } from '../limits.ts'
import { nextRestart } from './restarts.ts'

describe('waiting before another start', () => {
  it('takes from half to one and a half of its average, which grows up to an hour', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.bigInt({ min: 0n, max: 9n }), (count, seed) => {
        const next = nextRestart({ count, sinceMs: 0 }, 0, new SeededRandom(seed))
        const averageMs = Math.min(RESTART_MS_MAX, 500 * 1.5 ** count)
        assert.ok(next !== undefined)
        assert.ok(next.delayMs >= averageMs / 2 - count - 1)
        assert.ok(next.delayMs <= averageMs * 1.5)
        assert.equal(next.restarts.count, count + 1)
      }),
    )
  })

  it('ends a day after the first start', () => {
    const random = new SeededRandom(1n)
    assert.ok(nextRestart({ count: 9, sinceMs: 7 }, 7 + RESTARTS_MS_MAX, random) !== undefined)
    assert.equal(nextRestart({ count: 9, sinceMs: 7 }, 8 + RESTARTS_MS_MAX, random), undefined)
  })
})
