import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { type CommissionSchedule, CommissionScheduleRules } from '@wadi/consensus/staking'
import { quantity } from '@wadi/primitives/quantity'
import fc from 'fast-check'
import {
  amended,
  checkedSchedule,
  currentRate,
  divideReward,
  lifted,
  pruned,
} from './commission.ts'

const U64_MAX = 0xffff_ffff_ffff_ffffn

type RateStep = readonly [start: bigint, rate: bigint]
type BoundStep = readonly [start: bigint, min: bigint, max: bigint]

function rates(...steps: readonly RateStep[]): CommissionSchedule['rates'] {
  return steps.map(([start, rate]) => ({ start, rate: quantity(rate) }))
}

function bounds(...steps: readonly BoundStep[]): CommissionSchedule['bounds'] {
  return steps.map(([start, min, max]) => ({
    start,
    rateMin: quantity(min),
    rateMax: quantity(max),
  }))
}

function schedule(
  rateSteps: readonly RateStep[],
  boundSteps: readonly BoundStep[],
): CommissionSchedule {
  return { rates: rates(...rateSteps), bounds: bounds(...boundSteps) }
}

const EMPTY = schedule([], [])

function rules(changes: Partial<CommissionScheduleRules> = {}): CommissionScheduleRules {
  return make(CommissionScheduleRules, {
    rateChangeInterval: 10n,
    rateBoundLead: 30n,
    maxRateSteps: 4,
    maxBoundSteps: 4,
    ...changes,
  })
}

function refusal(reason: string) {
  return { module: 'unknown', code: 1, reason: `commission.${reason}` }
}

describe('the current commission rate', () => {
  it('is that of the last step that has begun', () => {
    const steps = { rates: rates([10n, 1n], [20n, 2n]) }
    assert.equal(currentRate(steps, 9n), undefined)
    assert.equal(currentRate(steps, 10n), 1n)
    assert.equal(currentRate(steps, 19n), 1n)
    assert.equal(currentRate(steps, 20n), 2n)
    assert.equal(currentRate({ rates: [] }, 20n), undefined)
  })

  it('divides a reward, the commission rounded down, and is the minimum if no step began', () => {
    const { minCommissionRate } = rules({ minCommissionRate: quantity(10_000n) })
    const minimum = rules({ minCommissionRate })
    const half = schedule([[10n, 50_000n]], [])
    assert.deepEqual(divideReward(half, minimum, 10n, quantity(5n)), { rest: 3n, commission: 2n })
    assert.deepEqual(divideReward(half, minimum, 9n, quantity(19n)), { rest: 18n, commission: 1n })
  })

  it('over unity, which only a genesis document can have, is refused', () => {
    const double = schedule([[0n, 200_000n]], [])
    const divide = () => divideReward(double, rules(), 0n, quantity(5n))
    assert.throws(divide, { module: 'unknown', code: 1 })
  })
})

describe('an amendment of a commission schedule', () => {
  const good = schedule([[20n, 5n]], [[20n, 1n, 9n]])
  const amend = (amendment: CommissionSchedule, now = 10n, changes = {}) =>
    amended(EMPTY, amendment, rules(changes), now)

  it('becomes the schedule if there is none', () => {
    assert.deepEqual(amend(good), good)
    assert.deepEqual(amend(EMPTY), EMPTY)
  })

  it('has at most as many steps as are allowed', () => {
    assert.throws(() => amend(good, 10n, { maxRateSteps: 0 }), refusal('tooManySteps'))
    assert.throws(() => amend(good, 10n, { maxBoundSteps: 0 }), refusal('tooManySteps'))
    assert.deepEqual(amend(good, 10n, { maxRateSteps: 1, maxBoundSteps: 1 }), good)
  })

  it('has steps that are aligned and in order', () => {
    assert.throws(() => amend(schedule([[21n, 5n]], [])), refusal('misaligned'))
    assert.throws(() => amend(schedule([], [[21n, 1n, 9n]])), refusal('misaligned'))
    const twice = schedule(
      [
        [20n, 5n],
        [20n, 6n],
      ],
      [],
    )
    assert.throws(() => amend(twice), refusal('outOfOrder'))
    const boundTwice = schedule(
      [],
      [
        [20n, 1n, 9n],
        [20n, 1n, 8n],
      ],
    )
    assert.throws(() => amend(boundTwice), refusal('outOfOrder'))
  })

  it('stops the node if the interval of changes is zero, as it stops the reference', () => {
    const zero = { rateChangeInterval: 0n }
    assert.throws(() => amend(good, 10n, zero), { name: 'BugError' })
    assert.deepEqual(amend(EMPTY, 10n, zero), EMPTY)
  })

  it('has rates up to unity and not below the minimum', () => {
    const one = schedule([[20n, 100_000n]], [[20n, 0n, 100_000n]])
    assert.deepEqual(amend(one), one)
    assert.throws(() => amend(schedule([[20n, 100_001n]], [])), refusal('overUnity'))
    const minimum = { minCommissionRate: quantity(5n) }
    const least = schedule([[20n, 5n]], [[20n, 5n, 5n]])
    assert.deepEqual(amend(least, 10n, minimum), least)
    assert.throws(() => amend(schedule([[20n, 4n]], []), 10n, minimum), refusal('underMinimum'))
  })

  it('has bounds up to unity, in order, and not below the minimum', () => {
    const bound = (min: bigint, max: bigint) => schedule([], [[20n, min, max]])
    assert.throws(() => amend(bound(100_001n, 100_002n)), refusal('overUnity'))
    assert.throws(() => amend(bound(1n, 100_001n)), refusal('overUnity'))
    assert.throws(() => amend(bound(2n, 1n)), refusal('invertedBound'))
    const minimum = { minCommissionRate: quantity(5n) }
    assert.throws(() => amend(bound(3n, 4n), 10n, minimum), refusal('underMinimum'))
    assert.throws(() => amend(bound(4n, 5n), 10n, minimum), refusal('underMinimum'))
  })

  it('alters no rate that holds, and a first bound from the next epoch on', () => {
    assert.throws(() => amend(schedule([[20n, 5n]], [[30n, 1n, 9n]]), 20n), refusal('tooEarly'))
    assert.throws(() => amend(good, 20n), refusal('tooEarly'))
    assert.deepEqual(amend(good, 19n), good)
    assert.throws(() => amend(schedule([], [[20n, 1n, 9n]]), 20n), refusal('tooEarly'))
  })

  it('alters later bounds only so far ahead, and wraps around with the epochs', () => {
    const later = (start: bigint) => schedule([], [[start, 1n, 9n]])
    const current = schedule([[0n, 5n]], [[0n, 0n, 9n]])
    assert.throws(() => amended(current, later(40n), rules(), 10n), refusal('tooEarly'))
    const changed = amended(current, later(50n), rules(), 10n)
    assert.equal(changed.bounds.length, 2)
    assert.equal(amended(current, later(40n), rules(), 9n).bounds.length, 2)
    const last = rules({ rateBoundLead: 1n })
    assert.equal(amended(current, later(0n), last, U64_MAX - 1n).bounds.length, 1)
  })

  it('takes the place of all steps that do not begin before it', () => {
    const current = schedule(
      [
        [0n, 1n],
        [20n, 2n],
        [40n, 3n],
      ],
      [[0n, 0n, 9n]],
    )
    const changed = amended(current, schedule([[20n, 4n]], []), rules(), 10n)
    assert.deepEqual(changed.rates, rates([0n, 1n], [20n, 4n]))
    const added = amended(current, schedule([[50n, 4n]], []), rules(), 10n)
    assert.equal(added.rates.length, 4)
  })

  it('is added to what is left of the schedule, and both together have a limit', () => {
    const current = schedule(
      [
        [0n, 1n],
        [10n, 2n],
      ],
      [[0n, 0n, 9n]],
    )
    const next = schedule([[30n, 4n]], [])
    assert.deepEqual(amended(current, next, rules(), 10n).rates, rates([10n, 2n], [30n, 4n]))
    assert.throws(
      () => amended(current, next, rules({ maxRateSteps: 2 }), 9n),
      refusal('tooManySteps'),
    )
    assert.equal(amended(current, next, rules({ maxRateSteps: 2 }), 10n).rates.length, 2)
  })

  it('leaves every rate within its bound, and rates with bounds', () => {
    assert.throws(() => amend(schedule([[20n, 5n]], [])), refusal('boundsMissing'))
    assert.throws(() => amend(schedule([], [[20n, 1n, 9n]])), refusal('ratesMissing'))
    const apart = schedule([[20n, 5n]], [[30n, 1n, 9n]])
    assert.throws(() => amend(apart), refusal('differentStarts'))
    assert.throws(() => amend(schedule([[20n, 5n]], [[20n, 6n, 9n]])), refusal('outOfBound'))
    assert.throws(() => amend(schedule([[20n, 5n]], [[20n, 1n, 4n]])), refusal('outOfBound'))
    const raised = schedule(
      [[20n, 5n]],
      [
        [20n, 1n, 9n],
        [40n, 6n, 9n],
      ],
    )
    assert.throws(() => amend(raised), refusal('outOfBound'))
    const together = schedule(
      [
        [20n, 5n],
        [40n, 6n],
      ],
      [
        [20n, 1n, 9n],
        [40n, 6n, 9n],
      ],
    )
    assert.deepEqual(amend(together), together)
    const before = schedule(
      [
        [20n, 5n],
        [30n, 6n],
      ],
      [
        [20n, 1n, 9n],
        [40n, 6n, 9n],
      ],
    )
    assert.deepEqual(amend(before), before)
    const tooHigh = schedule(
      [
        [20n, 5n],
        [30n, 8n],
      ],
      [
        [20n, 1n, 7n],
        [40n, 6n, 9n],
      ],
    )
    assert.throws(() => amend(tooHigh), refusal('outOfBound'))
  })
})

describe('a commission schedule', () => {
  it('is pruned of steps that others have followed', () => {
    const steps = schedule(
      [
        [0n, 1n],
        [10n, 2n],
        [20n, 3n],
      ],
      [[0n, 0n, 9n]],
    )
    assert.deepEqual(pruned(steps, 9n), steps)
    assert.deepEqual(pruned(steps, 10n).rates, rates([10n, 2n], [20n, 3n]))
    assert.deepEqual(pruned(steps, 99n).rates, rates([20n, 3n]))
    assert.deepEqual(pruned(EMPTY, 99n), EMPTY)
  })

  it('is checked whole and then pruned', () => {
    const steps = schedule(
      [
        [0n, 9n],
        [10n, 2n],
      ],
      [[0n, 0n, 5n]],
    )
    assert.throws(() => checkedSchedule(steps, rules(), 9n), refusal('outOfBound'))
    assert.deepEqual(checkedSchedule(steps, rules(), 10n).rates, rates([10n, 2n]))
    const limits = rules({ maxRateSteps: 1 })
    assert.throws(() => checkedSchedule(steps, limits, 10n), refusal('tooManySteps'))
  })

  it('is lifted to a minimum, and stays the same object if nothing is below it', () => {
    const steps = schedule(
      [
        [0n, 1n],
        [10n, 7n],
      ],
      [
        [0n, 0n, 3n],
        [10n, 6n, 9n],
      ],
    )
    assert.equal(lifted(steps, quantity(0n)), steps)
    assert.deepEqual(
      lifted(steps, quantity(5n)),
      schedule(
        [
          [0n, 5n],
          [10n, 7n],
        ],
        [
          [0n, 5n, 5n],
          [10n, 6n, 9n],
        ],
      ),
    )
    const low = schedule([[0n, 5n]], [[0n, 4n, 5n]])
    assert.deepEqual(lifted(low, quantity(5n)).bounds, bounds([0n, 5n, 5n]))
  })

  it('never has a rate out of its bound, at any time, once it was accepted', () => {
    const step = fc.record({
      at: fc.bigInt(2n, 6n),
      low: fc.bigInt(0n, 9n),
      high: fc.bigInt(0n, 9n),
    })
    const steps = fc.uniqueArray(step, { selector: ({ at }) => at, minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(steps, steps, (rateSteps, boundSteps) => {
        const byStart = (a: { at: bigint }, b: { at: bigint }) => Number(a.at - b.at)
        const amendment = {
          rates: rates(...rateSteps.sort(byStart).map(({ at, low }) => [at * 10n, low] as const)),
          bounds: bounds(
            ...boundSteps.sort(byStart).map(({ at, low, high }) => [at * 10n, low, high] as const),
          ),
        }
        let accepted: CommissionSchedule
        try {
          accepted = amended(EMPTY, amendment, rules(), 10n)
        } catch {
          return
        }
        for (let epoch = 20n; epoch < 80n; epoch += 10n) {
          const rate = currentRate(accepted, epoch)
          const bound = accepted.bounds.filter(({ start }) => start <= epoch).at(-1)
          if (rate === undefined || bound === undefined) continue
          assert.ok(rate >= bound.rateMin && rate <= bound.rateMax)
        }
      }),
    )
  })
})
