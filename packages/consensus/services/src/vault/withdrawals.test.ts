import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AddressState } from '@wadi/consensus/vault'
import { quantity, ZERO } from '@wadi/primitives/quantity'
import fc from 'fast-check'
import { withdrawn, withPolicy } from './withdrawals.ts'

const policy = (limit: bigint, limitInterval: bigint) => ({
  limitAmount: quantity(limit),
  limitInterval,
})
const used: AddressState = { withdrawPolicy: policy(10n, 5n), bucket: 3n, amount: quantity(4n) }

describe('withPolicy', () => {
  it('begins with nothing withdrawn', () => {
    const fresh = { withdrawPolicy: policy(10n, 5n), bucket: 0n, amount: ZERO }
    assert.deepEqual(withPolicy(undefined, policy(10n, 5n)), fresh)
  })

  it('counts on what was withdrawn, unless the interval changes', () => {
    assert.deepEqual(withPolicy(used, policy(1n, 5n)), { ...used, withdrawPolicy: policy(1n, 5n) })
    assert.deepEqual(withPolicy(used, policy(10n, 6n)), {
      withdrawPolicy: policy(10n, 6n),
      bucket: 0n,
      amount: ZERO,
    })
  })
})

describe('withdrawn', () => {
  it('counts within an interval of blocks, up to the limit', () => {
    assert.deepEqual(withdrawn(used, 15n, quantity(6n)), { ...used, amount: 10n })
    assert.equal(withdrawn(used, 19n, quantity(7n)), undefined)
  })

  it('begins anew in another interval, even an earlier one', () => {
    assert.deepEqual(withdrawn(used, 20n, quantity(10n)), { ...used, bucket: 4n, amount: 10n })
    assert.deepEqual(withdrawn(used, 14n, quantity(1n)), { ...used, bucket: 2n, amount: 1n })
    assert.equal(withdrawn(used, 20n, quantity(11n)), undefined)
  })

  it('lets nothing be withdrawn always, and something never where there is no limit', () => {
    for (const withdrawPolicy of [policy(0n, 5n), policy(10n, 0n)]) {
      const state = { ...used, withdrawPolicy }
      assert.equal(withdrawn(state, 15n, quantity(1n)), undefined)
      assert.equal(withdrawn(state, 15n, ZERO), state)
    }
    assert.equal(withdrawn(used, 99n, ZERO), used)
  })

  it('never lets more through an interval than the limit', () => {
    const steps = fc.array(fc.tuple(fc.bigInt(0n, 4n), fc.bigInt(0n, 12n)), { maxLength: 30 })
    fc.assert(
      fc.property(steps, (given) => {
        let state = withPolicy(undefined, policy(10n, 5n))
        let height = 1n
        const sums = new Map<bigint, bigint>()
        for (const [blocks, amount] of given) {
          height += blocks
          const next = withdrawn(state, height, quantity(amount))
          if (next === undefined) continue
          state = next
          sums.set(height / 5n, (sums.get(height / 5n) ?? 0n) + amount)
        }
        for (const sum of sums.values()) assert.ok(sum <= 10n)
      }),
      { numRuns: 100 },
    )
  })
})
