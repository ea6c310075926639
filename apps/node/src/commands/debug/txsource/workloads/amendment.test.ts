import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import { make } from '@wadi/cbor/codec'
import { type CommissionSchedule, CommissionScheduleRules } from '@wadi/consensus/staking'
import { amended } from '@wadi/consensus-services/staking/commission'
import { quantity } from '@wadi/primitives/quantity'
import fc from 'fast-check'
import { drawAmendment, drawWrongAmendment } from './amendment.ts'

const anyRules = fc
  .record({
    rateChangeInterval: fc.bigInt({ min: 1n, max: 7n }),
    rateBoundLead: fc.bigInt({ min: 0n, max: 30n }),
    maxRateSteps: fc.integer({ min: 1, max: 12 }),
    maxBoundSteps: fc.integer({ min: 1, max: 12 }),
    minCommissionRate: fc.bigInt({ min: 0n, max: 100_000n }).map(quantity),
  })
  .map((rules) => make(CommissionScheduleRules, rules))

describe('amendments of commission schedules', () => {
  it('are taken one after the other, also an epoch later, or refused as they should be', () => {
    fc.assert(
      fc.property(anyRules, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (rules, seed) => {
        const random = new SeededRandom(seed)
        let schedule: CommissionSchedule = { rates: [], bounds: [] }
        let epoch = 0n
        let count = 0
        for (let i = 0; i < 30; i++) {
          const terms = { schedule, rules, epoch }
          const late = epoch + BigInt(i % 2)
          const wrong = drawWrongAmendment(random, terms)
          assert.throws(() => amended(schedule, wrong, rules, late), { name: 'CodedError' })
          const amendment = drawAmendment(random, terms)
          if (amendment !== undefined) {
            schedule = amended(schedule, amendment, rules, late)
            count++
          }
          epoch += BigInt(1 + (i % 5))
        }
        assert.ok(count > 0)
      }),
    )
  })
})
