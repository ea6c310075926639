import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import fc from 'fast-check'
import { TokenBucket } from './tokenBucket.ts'

describe('TokenBucket', () => {
  it('lets through a second at once, then as much as time passes', () => {
    const clock = new FakeClock()
    const bucket = new TokenBucket(clock, 1000)
    assert.equal(bucket.available(), 1000)
    bucket.take(1000)
    assert.equal(bucket.waitMs(), 1)
    bucket.take(500)
    assert.equal(bucket.waitMs(), 501)
    clock.advance(501)
    assert.equal(bucket.waitMs(), 0)
    clock.advance(60_000)
    assert.equal(bucket.available(), 1000)
  })

  it('waits exactly until there is a token, at any rate', () => {
    const rates = fc.integer({ min: 1, max: 10_000_000 })
    fc.assert(
      fc.property(rates, fc.nat(10_000_000), (rate, taken) => {
        const clock = new FakeClock()
        const bucket = new TokenBucket(clock, rate)
        bucket.take(taken)
        const waitMs = bucket.waitMs()
        if (waitMs > 0) assert.ok(bucket.available() < 1)
        clock.advance(waitMs)
        assert.equal(bucket.waitMs(), 0)
      }),
    )
  })

  it('fills more slowly from when it is told', () => {
    const clock = new FakeClock()
    const bucket = new TokenBucket(clock, 1000)
    bucket.setRate(10)
    assert.equal(bucket.available(), 10)
    bucket.take(10)
    clock.advance(500)
    assert.equal(bucket.available(), 5)
  })
})
