import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quantity } from '@wadi/primitives/quantity'
import { REWARD_AMOUNT_DENOMINATOR, rewardFor, rewardScaleAt } from './rewards.ts'

const one = quantity(1n)

describe('rewards', () => {
  const schedule = [
    { until: 10n, scale: quantity(2n) },
    { until: 20n, scale: one },
  ]

  it('are scaled by the first step that has not ended, and end with the last', () => {
    assert.equal(rewardScaleAt(schedule, 9n), 2n)
    assert.equal(rewardScaleAt(schedule, 10n), 1n)
    assert.equal(rewardScaleAt(schedule, 19n), 1n)
    assert.equal(rewardScaleAt(schedule, 20n), undefined)
  })

  it('are rounded down', () => {
    const terms = { factor: one, scale: one }
    assert.equal(rewardFor(quantity(REWARD_AMOUNT_DENOMINATOR - 1n), terms), 0n)
    assert.equal(rewardFor(REWARD_AMOUNT_DENOMINATOR, terms), 1n)
    assert.equal(rewardFor(quantity(3n), { factor: quantity(50_000_000n), scale: one }), 1n)
  })

  it('are attenuated before they are rounded, and rounded twice', () => {
    const factor = REWARD_AMOUNT_DENOMINATOR
    const attenuated = (stake: bigint, numerator: bigint, denominator: bigint) =>
      rewardFor(quantity(stake), { factor, scale: one, attenuation: { numerator, denominator } })
    assert.equal(attenuated(10n, 2n, 3n), 6n)
    assert.equal(attenuated(10n, 3n, 3n), 10n)
    assert.equal(attenuated(10n, 0n, 3n), 0n)
    // Once: 1.5 · 3 / 4 = 1.125. Twice: ⌊⌊4.5⌋ / 4⌋ = 1, and for 2.5 · 3 / 4: ⌊⌊7.5⌋ / 4⌋ = 1.
    const half = quantity(50_000_000n)
    const terms = { factor: half, scale: one, attenuation: { numerator: 3n, denominator: 4n } }
    assert.equal(rewardFor(quantity(5n), terms), 1n)
  })
})
