import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS, COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import {
  alice,
  as,
  balanceOf,
  bob,
  checkSound,
  costing,
  pool,
  poolsOf,
  testLedger,
  toldBy,
} from '../../testing/testLedger.ts'
import { slashEscrow, transferFromCommonPool } from '../actions.ts'
import { delegationOf } from '../queries.ts'
import { addEscrow } from './addEscrow.ts'

function escrow(ctx: Context, account: Address, amount: bigint) {
  return addEscrow(ctx, { account, amount: quantity(amount) })
}

const forbidden = { module: 'staking', code: 5 }

describe('staking.AddEscrow', () => {
  it('delegates to somebody else for as many shares at first', () => {
    const ctx = testLedger()
    const result = escrow(ctx, bob, 30n)
    assert.deepEqual(result, { owner: alice, escrow: bob, amount: 30n, newShares: 30n })
    assert.equal(balanceOf(ctx, alice), 70n)
    assert.deepEqual(poolsOf(ctx, bob).active, pool(30n, 30n))
    assert.equal(delegationOf(ctx.state, alice, bob).shares, 30n)
    assert.deepEqual(toldBy(ctx), ['add_escrow'])
    checkSound(ctx)
  })

  it('delegates to oneself, in one account', () => {
    const ctx = testLedger()
    escrow(ctx, alice, 30n)
    assert.equal(balanceOf(ctx, alice), 70n)
    assert.deepEqual(poolsOf(ctx, alice).active, pool(30n, 30n))
    checkSound(ctx)
  })

  it('gives fewer shares once they are worth more, rounded down to nothing', () => {
    const ctx = testLedger()
    escrow(ctx, bob, 10n)
    transferFromCommonPool(ctx, bob, quantity(10n), 'escrow')
    assert.equal(escrow(ctx, bob, 5n)?.newShares, 2n)
    assert.equal(escrow(ctx, bob, 1n)?.newShares, 0n)
    assert.deepEqual(poolsOf(ctx, bob).active, pool(26n, 12n))
    checkSound(ctx)
  })

  it('of nothing leaves no delegation, but writes both accounts and tells it', () => {
    const ctx = testLedger()
    escrow(ctx, bob, 0n)
    assert.deepEqual(toldBy(ctx), ['add_escrow'])
    checkSound(ctx)
  })

  it('refuses a pool whose shares are worth nothing, before a shortfall', () => {
    const ctx = testLedger()
    escrow(ctx, bob, 10n)
    slashEscrow(ctx, bob, quantity(10n))
    assert.throws(() => escrow(ctx, bob, 1_000n), { module: 'staking', code: 1 })
  })

  it('reports a shortfall as unknown/1, and too little left as staking/10', () => {
    const ctx = testLedger({ params: { minTransactBalance: quantity(40n) } })
    assert.throws(() => escrow(ctx, bob, 101n), { module: 'unknown', code: 1 })
    assert.throws(() => escrow(ctx, bob, 61n), { module: 'staking', code: 10 })
    escrow(ctx, bob, 60n)
  })

  it('refuses less than the minimum before it asks who calls', () => {
    const params = { minDelegation: quantity(10n) }
    const ctx = testLedger({ params, caller: COMMON_POOL_ADDRESS })
    assert.throws(() => escrow(ctx, bob, 9n), { module: 'staking', code: 8 })
    assert.throws(() => escrow(ctx, bob, 10n), forbidden)
    escrow(testLedger({ params }), bob, 10n)
  })

  it('to others may be disabled, to oneself not', () => {
    const ctx = testLedger({ params: { disableDelegation: true } })
    assert.throws(() => escrow(ctx, bob, 1n), forbidden)
    assert.throws(() => escrow(ctx, BURN_ADDRESS, 1n), forbidden)
    escrow(ctx, alice, 1n)
  })

  it('to a reserved address is a plain error', () => {
    assert.throws(() => escrow(testLedger(), BURN_ADDRESS, 1n), { module: 'unknown', code: 1 })
  })

  it('of a runtime is forbidden unless it is allowed, after gas was used', () => {
    const params = { gasCosts: costing('add_escrow', 7n) }
    const ctx = testLedger({ params })
    const message = { ...ctx, isMessage: true }
    assert.throws(() => escrow(message, bob, 1n), forbidden)
    assert.equal(ctx.gas.used, 7n)
    assert.throws(() => escrow({ ...message, mode: 'simulate' }, bob, 1n), forbidden)
    const allowed = testLedger({ params: { ...params, allowEscrowMessages: true } })
    escrow({ ...allowed, isMessage: true }, bob, 1n)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = testLedger({ params: { gasCosts: costing('add_escrow', 7n) } })
    assert.equal(escrow(as(ctx, { mode: 'checkTx' }), bob, 1_000n), undefined)
    assert.equal(ctx.gas.used, 0n)
    assert.equal(escrow(as(ctx, { mode: 'simulate' }), bob, 1_000n), undefined)
    assert.equal(ctx.gas.used, 7n)
  })
})
