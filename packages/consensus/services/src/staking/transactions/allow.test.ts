import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import type { Parameters } from '@wadi/consensus/staking'
import { AllowanceChangeEvent } from '@wadi/consensus/staking/events'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS, COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { alice, as, bob, carol, checkSound, costing, testLedger } from '../../testing/testLedger.ts'
import { accountOf } from '../queries.ts'
import { allow } from './allow.ts'

function ledger(params: Partial<Parameters> = {}): Context {
  return testLedger({ params: { maxAllowances: 1, ...params } })
}

function change(ctx: Context, beneficiary: Address, by: bigint): void {
  const amountChange = quantity(by < 0n ? -by : by)
  allow(ctx, { beneficiary, negative: by < 0n, amountChange })
}

function allowanceOf(ctx: Context, beneficiary: Address): bigint | undefined {
  return accountOf(ctx.state, alice).general.allowances.get(beneficiary)
}

function lastTold({ events }: Context): AllowanceChangeEvent {
  return decode(AllowanceChangeEvent, events.at(-1)!.attributes[0]!.value)
}

const forbidden = { module: 'staking', code: 5 }

describe('staking.Allow', () => {
  it('raises and lowers an allowance, and tells what it is now', () => {
    const ctx = ledger()
    change(ctx, bob, 10n)
    change(ctx, bob, -4n)
    assert.equal(allowanceOf(ctx, bob), 6n)
    assert.deepEqual(lastTold(ctx), {
      owner: alice,
      beneficiary: bob,
      allowance: 6n,
      negative: true,
      amountChange: 4n,
    })
    checkSound(ctx)
  })

  it('lowers to nothing at most, tells by how much, and leaves no entry', () => {
    const ctx = ledger()
    change(ctx, bob, 10n)
    change(ctx, bob, -40n)
    assert.equal(allowanceOf(ctx, bob), undefined)
    assert.equal(lastTold(ctx).amountChange, 10n)
    change(ctx, bob, -1n)
    assert.equal(lastTold(ctx).amountChange, 0n)
    change(ctx, carol, 0n)
    assert.equal(allowanceOf(ctx, carol), undefined)
    assert.equal(ctx.events.length, 4)
  })

  it('is at most all there is', () => {
    const ctx = ledger()
    change(ctx, bob, 1_200n)
    assert.throws(() => change(ctx, bob, 1n), { module: 'staking', code: 11 })
  })

  it('is given to as many as may have one, and one too many cannot even lower one', () => {
    const ctx = ledger({ maxAllowances: 2 })
    change(ctx, bob, 2n)
    change(ctx, carol, 2n)
    assert.throws(() => change(ctx, BURN_ADDRESS, 1n), forbidden)
    const fewer = ledger({ maxAllowances: 1 })
    change(fewer, bob, 2n)
    const tooMany = { module: 'staking', code: 7 }
    assert.throws(() => change(fewer, carol, 1n), tooMany)
    change(fewer, bob, 1n)
    change(fewer, carol, 0n)
  })

  it('is forbidden without transfers, and without allowances', () => {
    assert.throws(() => change(ledger({ disableTransfers: true }), bob, 1n), forbidden)
    const listed = { disableTransfers: true, maxAllowances: 0 }
    assert.throws(() => change(ledger(listed), bob, 1n), forbidden)
    assert.throws(() => change(ledger({ maxAllowances: 0 }), bob, 1n), forbidden)
  })

  it('is forbidden to and for reserved addresses, and is nothing for oneself', () => {
    const ctx = ledger()
    assert.throws(() => change(as(ctx, { caller: COMMON_POOL_ADDRESS }), bob, 1n), forbidden)
    assert.throws(() => change(ctx, COMMON_POOL_ADDRESS, 1n), forbidden)
    assert.throws(() => change(ctx, alice, 1n), { module: 'staking', code: 1 })
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = ledger({ gasCosts: costing('allow', 7n) })
    change(as(ctx, { mode: 'checkTx' }), bob, 1n)
    assert.equal(ctx.gas.used, 0n)
    change(as(ctx, { mode: 'simulate' }), bob, 1n)
    assert.equal(ctx.gas.used, 7n)
    assert.equal(allowanceOf(ctx, bob), undefined)
  })
})
