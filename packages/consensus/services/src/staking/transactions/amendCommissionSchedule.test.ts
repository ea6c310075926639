import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { CommissionScheduleRules } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { quantity } from '@wadi/primitives/quantity'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { has } from '../../kernel/state.ts'
import {
  alice,
  as,
  checkSound,
  costing,
  type LedgerStart,
  testLedger,
  thresholdsOf,
  toldBy,
} from '../../testing/testLedger.ts'
import { accountOf } from '../queries.ts'
import { addEscrow } from './addEscrow.ts'
import { amendCommissionSchedule } from './amendCommissionSchedule.ts'

const amendment = {
  rates: [{ start: 8n, rate: quantity(5n) }],
  bounds: [{ start: 8n, rateMin: quantity(1n), rateMax: quantity(9n) }],
}

/** In epoch 7, alice has twenty base units in escrow, as much as an entity and a validator need. */
function staked({ params, ...start }: LedgerStart = {}): Context {
  const commissionScheduleRules = make(CommissionScheduleRules, {
    rateChangeInterval: 1n,
    maxRateSteps: 3,
    maxBoundSteps: 3,
  })
  const rules = { commissionScheduleRules, thresholds: thresholdsOf(10n), ...params }
  const ctx = testLedger({ ...start, params: rules })
  addEscrow({ ...ctx, caller: alice }, { account: alice, amount: quantity(20n) })
  return as(ctx, {})
}

describe('staking.AmendCommissionSchedule', () => {
  it('writes the schedule and its index, and tells nothing', () => {
    const ctx = staked()
    amendCommissionSchedule(ctx, { amendment })
    assert.deepEqual(accountOf(ctx.state, alice).escrow.commissionSchedule, amendment)
    assert.ok(has(ctx.state, keys.commissionScheduleAddresses, alice))
    assert.deepEqual(toldBy(ctx), [])
    checkSound(ctx)
  })

  it('is forbidden to reserved addresses', () => {
    const ctx = staked({ caller: COMMON_POOL_ADDRESS })
    const amend = () => amendCommissionSchedule(ctx, { amendment })
    assert.throws(amend, { module: 'staking', code: 5 })
  })

  it('needs the stake of an entity and of a validator', () => {
    const ctx = staked({ params: { thresholds: thresholdsOf(11n) } })
    const amend = () => amendCommissionSchedule(ctx, { amendment })
    assert.throws(amend, { module: 'staking', code: 4 })
  })

  it('is refused as unknown/1 if the rules do not allow it, and changes nothing', () => {
    const ctx = staked({ epoch: 8n })
    const amend = () => amendCommissionSchedule(ctx, { amendment })
    assert.throws(amend, { module: 'unknown', code: 1, reason: 'commission.tooEarly' })
    assert.equal(has(ctx.state, keys.commissionScheduleAddresses, alice), false)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = staked({ params: { gasCosts: costing('amend_commission_schedule', 7n) } })
    amendCommissionSchedule(as(ctx, { mode: 'checkTx' }), { amendment })
    assert.equal(ctx.gas.used, 0n)
    amendCommissionSchedule(as(ctx, { mode: 'simulate' }), { amendment })
    assert.equal(ctx.gas.used, 7n)
    assert.equal(has(ctx.state, keys.commissionScheduleAddresses, alice), false)
  })
})
