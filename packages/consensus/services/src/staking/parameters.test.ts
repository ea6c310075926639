import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { withoutEntry } from '@wadi/cbor/collections'
import {
  type CommissionSchedule,
  CommissionScheduleRules,
  Parameters,
  ThresholdKind,
} from '@wadi/consensus/staking'
import { ParameterChanges } from '@wadi/consensus/staking/parameterChanges'
import { quantity } from '@wadi/primitives/quantity'
import { createBus } from '../kernel/bus.ts'
import type { Context } from '../kernel/context.ts'
import { alice, bob, checkSound, costing, testLedger, thresholdsOf } from '../testing/testLedger.ts'
import { withEscrow } from './accounts.ts'
import { subscriptions } from './messages.ts'
import { checkParameters } from './parameters.ts'
import { accountOf, parametersOf } from './queries.ts'
import { setAccount } from './state.ts'

const bus = createBus([{ subscriptions }])
const plain = { module: 'unknown', code: 1 }

function params(changes: Partial<Parameters> = {}): Parameters {
  const feeSplitWeightVote = quantity(1n)
  return make(Parameters, { thresholds: thresholdsOf(0n), feeSplitWeightVote, ...changes })
}

function refusal(reason: string) {
  return { ...plain, reason: `staking/parameters.${reason}` }
}

describe("staking's parameters", () => {
  const check = (changes: Partial<Parameters> = {}, isDebug = false) =>
    checkParameters(params(changes), { isDebug })

  it('name every threshold but the latest one', () => {
    check()
    const { names } = ThresholdKind
    const without = (kind: ThresholdKind) => ({ thresholds: withoutEntry(thresholdsOf(0n), kind) })
    check(without(names['keymanager-churp']))
    for (const kind of Object.values(names))
      if (kind !== names['keymanager-churp'])
        assert.throws(() => check(without(kind)), refusal('thresholdMissing'))
  })

  it('bypass stake on networks for tests only', () => {
    assert.throws(() => check({ debugBypassStake: true }), refusal('debugFlags'))
    check({ debugBypassStake: true }, true)
  })

  it('give fees to somebody', () => {
    const none = { feeSplitWeightVote: quantity(0n) }
    assert.throws(() => check(none), refusal('noFeeWeights'))
    check({ ...none, feeSplitWeightPropose: quantity(1n) })
    check({ ...none, feeSplitWeightNextPropose: quantity(1n) })
  })

  it('have a minimum commission of up to one', () => {
    const rules = (rate: bigint) => ({
      commissionScheduleRules: make(CommissionScheduleRules, { minCommissionRate: quantity(rate) }),
    })
    check(rules(100_000n))
    assert.throws(() => check(rules(100_001n)), refusal('commissionOverUnity'))
  })

  it('have reward steps of up to one that follow each other and end', () => {
    const steps = (...list: readonly (readonly [bigint, bigint])[]) => ({
      rewardSchedule: list.map(([until, scale]) => ({ until, scale: quantity(scale) })),
    })
    check(steps([1n, 100_000_000n], [2n, 0n]))
    assert.throws(() => check(steps([1n, 100_000_001n])), refusal('rewardScale'))
    assert.throws(() => check(steps([0xffff_ffff_ffff_ffffn, 1n])), refusal('rewardUntil'))
    assert.throws(() => check(steps([0n, 1n])), refusal('rewardOrder'))
    assert.throws(() => check(steps([2n, 1n], [2n, 1n])), refusal('rewardOrder'))
  })

  it('ask for at most all signatures', () => {
    const threshold = (numerator: bigint, denominator: bigint) => ({
      signingRewardThresholdNumerator: numerator,
      signingRewardThresholdDenominator: denominator,
    })
    check(threshold(3n, 3n))
    assert.throws(() => check(threshold(3n, 2n)), refusal('signingThreshold'))
  })
})

describe("a change of staking's parameters", () => {
  function ledger(): Context {
    const commissionScheduleRules = make(CommissionScheduleRules, {
      rateChangeInterval: 1n,
      maxRateSteps: 2,
      maxBoundSteps: 2,
    })
    return testLedger({ params: params({ commissionScheduleRules }), mode: 'endBlock' })
  }

  type Kind = 'validateParameterChanges' | 'changeParameters'
  function propose(ctx: Context, kind: Kind, changes: Partial<ParameterChanges>) {
    const encoded = encode(ParameterChanges, make(ParameterChanges, changes))
    return bus.publish(ctx, kind, { module: 'staking', changes: encoded })
  }

  it('is written when it is made, and not when it is only validated', () => {
    const ctx = ledger()
    const changes = { maxAllowances: 9, minCommissionRate: quantity(3n) }
    assert.equal(propose(ctx, 'validateParameterChanges', changes), 'understood')
    assert.equal(parametersOf(ctx.state).maxAllowances, 0)
    assert.equal(propose(ctx, 'changeParameters', changes), 'understood')
    const after = parametersOf(ctx.state)
    assert.equal(after.maxAllowances, 9)
    assert.equal(after.commissionScheduleRules.minCommissionRate, 3n)
    assert.equal(after.commissionScheduleRules.maxRateSteps, 2)
    assert.equal(after.feeSplitWeightVote, 1n)
  })

  it('replaces lists and tables as a whole, also by empty ones', () => {
    const ctx = ledger()
    const step = { until: 9n, scale: quantity(1n) }
    propose(ctx, 'changeParameters', { gasCosts: costing('burn', 7n), rewardSchedule: [step] })
    assert.deepEqual(parametersOf(ctx.state).rewardSchedule, [step])
    // {"gas_costs": {}, "reward_schedule": []}
    const empty = [0xa2, ...cborText('gas_costs'), 0xa0, ...cborText('reward_schedule'), 0x80]
    const changes = Uint8Array.from(empty)
    bus.publish(ctx, 'changeParameters', { module: 'staking', changes })
    assert.equal(parametersOf(ctx.state).gasCosts.size, 0)
    assert.deepEqual(parametersOf(ctx.state).rewardSchedule, [])
  })

  it("of another module is nobody's business", () => {
    const proposal = { module: 'registry', changes: Uint8Array.of(0xa0) }
    assert.equal(bus.publish(ledger(), 'changeParameters', proposal), undefined)
  })

  it('that is empty, malformed or leads to bad parameters is refused without a code', () => {
    const ctx = ledger()
    assert.throws(() => propose(ctx, 'validateParameterChanges', {}), plain)
    const malformed = { module: 'staking', changes: Uint8Array.of(0xa1, 0x61, 0x78, 0x00) }
    assert.throws(() => bus.publish(ctx, 'validateParameterChanges', malformed), plain)
    const bad = { feeSplitWeightVote: quantity(0n) }
    assert.throws(() => propose(ctx, 'changeParameters', bad), refusal('noFeeWeights'))
  })

  function give(ctx: Context, address: typeof alice, schedule: CommissionSchedule): void {
    const account = accountOf(ctx.state, address)
    setAccount(ctx.state, address, withEscrow(account, { commissionSchedule: schedule }))
  }

  function scheduleOf(ctx: Context, address: typeof alice): CommissionSchedule {
    return accountOf(ctx.state, address).escrow.commissionSchedule
  }

  const rates = (...list: readonly bigint[]) =>
    list.map((rate, i) => ({ start: BigInt(i), rate: quantity(rate) }))
  const bound = (rateMin: bigint, rateMax: bigint) => [
    { start: 0n, rateMin: quantity(rateMin), rateMax: quantity(rateMax) },
  ]

  it('to a higher minimum commission lifts and prunes the schedules below it', () => {
    const ctx = ledger()
    const high = { rates: rates(8n, 9n), bounds: bound(8n, 9n) }
    give(ctx, alice, { rates: rates(1n, 2n), bounds: bound(0n, 9n) })
    give(ctx, bob, high)
    propose(ctx, 'changeParameters', { minCommissionRate: quantity(5n) })
    assert.deepEqual(scheduleOf(ctx, alice), {
      rates: [{ start: 1n, rate: 5n }],
      bounds: bound(5n, 9n),
    })
    assert.deepEqual(scheduleOf(ctx, bob), high)
    checkSound(ctx)
  })

  it('that a schedule does not survive is refused, and what was lifted before stays', () => {
    const ctx = ledger()
    // What only a genesis document can have: more steps than are allowed.
    const broken = { rates: rates(1n, 1n, 1n), bounds: bound(0n, 9n) }
    give(ctx, alice, broken)
    give(ctx, bob, broken)
    const [first, second] = Buffer.compare(alice, bob) < 0 ? [alice, bob] : [bob, alice]
    give(ctx, first!, { rates: rates(1n), bounds: bound(0n, 9n) })
    const change = () => propose(ctx, 'changeParameters', { minCommissionRate: quantity(5n) })
    assert.throws(change, { ...plain, reason: 'commission.tooManySteps' })
    assert.deepEqual(scheduleOf(ctx, first!).rates, [{ start: 0n, rate: 5n }])
    assert.deepEqual(scheduleOf(ctx, second!), broken)
    assert.equal(parametersOf(ctx.state).commissionScheduleRules.minCommissionRate, 0n)
  })
})

/** A short text in CBOR. */
function cborText(text: string): readonly number[] {
  return [0x60 + text.length, ...Buffer.from(text)]
}
