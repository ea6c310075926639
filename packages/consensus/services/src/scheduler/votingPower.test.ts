import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quantity } from '@wadi/primitives/quantity'
import fc from 'fast-check'
import { integerSquareRoot, TOTAL_POWER_MAX, votingPowerOf } from './votingPower.ts'

const [LINEAR, SQRT, UNKNOWN] = [0, 1, 2]
const I64_MAX = 2n ** 63n - 1n

function powerOf(stake: bigint, distribution: number): bigint {
  return votingPowerOf(quantity(stake), distribution)
}

describe('voting power', () => {
  it('is a sixteenth of the stake, rounded down, if it is linear', () => {
    assert.equal(powerOf(32n, LINEAR), 2n)
    assert.equal(powerOf(47n, LINEAR), 2n)
    assert.equal(powerOf(48n, LINEAR), 3n)
  })

  it('is the square root, rounded down, of the whole stake if it is not', () => {
    assert.equal(powerOf(99n, SQRT), 9n)
    assert.equal(powerOf(100n, SQRT), 10n)
    assert.equal(powerOf(1n, SQRT), 1n)
  })

  it('is the stake itself by a distribution that nobody knows', () => {
    assert.equal(powerOf(99n, UNKNOWN), 99n)
  })

  it('is never zero', () => {
    for (const stake of [0n, 15n]) assert.equal(powerOf(stake, LINEAR), 1n)
    for (const distribution of [SQRT, UNKNOWN]) assert.equal(powerOf(0n, distribution), 1n)
  })

  it('fits 63 bits or is refused', () => {
    const largest = 16n * I64_MAX + 15n
    assert.equal(powerOf(largest, LINEAR), I64_MAX)
    assert.equal(powerOf((I64_MAX + 1n) ** 2n - 1n, SQRT), I64_MAX)
    const refusal = { module: 'unknown', code: 1, reason: 'scheduler.powerOverflow' }
    assert.throws(() => powerOf(largest + 1n, LINEAR), refusal)
    assert.throws(() => powerOf((I64_MAX + 1n) ** 2n, SQRT), refusal)
    assert.throws(() => powerOf(I64_MAX + 1n, UNKNOWN), refusal)
  })

  it('may be an eighth of that for all together', () => {
    assert.equal(TOTAL_POWER_MAX, 1_152_921_504_606_846_975n)
  })
})

describe('the square root', () => {
  it('is the largest number whose square is not larger', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 130n }), (value) => {
        for (const n of [value, value * value, value * value - 1n].filter((m) => m >= 0n)) {
          const root = integerSquareRoot(n)
          assert.ok(root * root <= n && (root + 1n) * (root + 1n) > n, `${n}`)
        }
      }),
    )
  })
})
