import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS, COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import {
  alice,
  as,
  bob,
  carol,
  checkSound,
  costing,
  type LedgerStart,
  pool,
  poolsOf,
  testLedger,
  toldBy,
} from '../../testing/testLedger.ts'
import { slashEscrow, transferFromCommonPool } from '../actions.ts'
import { debondingDelegationsOf, delegationOf, expiredDebondingsOf } from '../queries.ts'
import { addEscrow } from './addEscrow.ts'
import { reclaimEscrow } from './reclaimEscrow.ts'

/** Alice has 50 shares of bob's, each worth one base unit. */
function delegated(start: LedgerStart = {}): Context {
  const ctx = testLedger(start)
  addEscrow({ ...ctx, caller: alice }, { account: bob, amount: quantity(50n) })
  return as(ctx, {})
}

function reclaim(ctx: Context, account: Address, shares: bigint) {
  return reclaimEscrow(ctx, { account, shares: quantity(shares) })
}

const forbidden = { module: 'staking', code: 5 }

describe('staking.ReclaimEscrow', () => {
  it('moves what shares are worth into the debonding pool, and queues it', () => {
    const ctx = delegated({ params: { debondingInterval: 3n } })
    assert.deepEqual(reclaim(ctx, bob, 20n), {
      owner: alice,
      escrow: bob,
      amount: 20n,
      debondingShares: 20n,
      remainingShares: 30n,
      debondEndTime: 10n,
    })
    assert.deepEqual(poolsOf(ctx, bob), { active: pool(30n, 30n), debonding: pool(20n, 20n) })
    assert.deepEqual(toldBy(ctx), ['debonding_start'])
    checkSound(ctx)
  })

  it('of oneself works in one account', () => {
    const ctx = testLedger()
    addEscrow(ctx, { account: alice, amount: quantity(50n) })
    reclaim(ctx, alice, 50n)
    assert.deepEqual(poolsOf(ctx, alice), { active: pool(0n, 0n), debonding: pool(50n, 50n) })
    checkSound(ctx)
  })

  it('of all shares leaves no delegation', () => {
    const ctx = delegated()
    reclaim(ctx, bob, 50n)
    assert.equal(delegationOf(ctx.state, alice, bob).shares, 0n)
    checkSound(ctx)
  })

  it('twice in an epoch is one entry, in two epochs it is two', () => {
    const ctx = delegated({ params: { debondingInterval: 3n } })
    reclaim(ctx, bob, 20n)
    reclaim(ctx, bob, 10n)
    const [entry, ...more] = debondingDelegationsOf(ctx.state)
    assert.deepEqual(more, [])
    assert.deepEqual(entry?.delegation, { shares: 30n, debondEnd: 10n })
    assert.equal(expiredDebondingsOf(ctx.state, 9n).length, 0)
    assert.equal(expiredDebondingsOf(ctx.state, 10n).length, 1)
    checkSound(ctx)
  })

  it('of shares worth nothing queues nothing, as an entry', () => {
    const ctx = delegated()
    slashEscrow(ctx, bob, quantity(50n))
    assert.equal(reclaim(ctx, bob, 10n)?.amount, 0n)
    const [entry] = debondingDelegationsOf(ctx.state)
    assert.deepEqual(entry?.delegation, { shares: 0n, debondEnd: 7n })
    checkSound(ctx)
  })

  it('pays the worth of the day, rounded down', () => {
    const ctx = delegated()
    transferFromCommonPool(ctx, bob, quantity(25n), 'escrow')
    assert.equal(reclaim(ctx, bob, 1n)?.amount, 1n)
    assert.equal(reclaim(ctx, bob, 3n)?.amount, 4n)
    checkSound(ctx)
  })

  it('has no way out if all that is debonding was slashed', () => {
    const ctx = delegated()
    reclaim(ctx, bob, 10n)
    slashEscrow(ctx, bob, quantity(50n))
    assert.throws(() => reclaim(ctx, bob, 1n), { module: 'staking', code: 1 })
  })

  it('wraps around with the epochs', () => {
    const ctx = delegated({ params: { debondingInterval: 0xffff_ffff_ffff_ffffn } })
    assert.equal(reclaim(ctx, bob, 1n)?.debondEndTime, 6n)
  })

  it('refuses no shares before gas, also when only checked', () => {
    const ctx = delegated({ params: { gasCosts: costing('reclaim_escrow', 7n) } })
    const invalid = { module: 'staking', code: 1 }
    assert.throws(() => reclaim(ctx, bob, 0n), invalid)
    assert.throws(() => reclaim(as(ctx, { mode: 'checkTx' }), bob, 0n), invalid)
    assert.equal(ctx.gas.used, 0n)
  })

  it('refuses more shares than the caller has, as unknown/1', () => {
    const ctx = delegated()
    const plain = { module: 'unknown', code: 1 }
    assert.throws(() => reclaim(ctx, bob, 51n), plain)
    assert.throws(() => reclaim(as(ctx, { caller: carol }), bob, 1n), plain)
    assert.throws(() => reclaim(ctx, BURN_ADDRESS, 1n), plain)
    checkSound(ctx)
  })

  it('is forbidden to reserved addresses, and from others while delegation is disabled', () => {
    const ctx = delegated()
    assert.throws(() => reclaim(as(ctx, { caller: COMMON_POOL_ADDRESS }), bob, 1n), forbidden)
    const disabled = testLedger({ params: { disableDelegation: true } })
    addEscrow(disabled, { account: alice, amount: quantity(50n) })
    assert.throws(() => reclaim(disabled, bob, 1n), forbidden)
    reclaim(disabled, alice, 1n)
  })

  it('of a runtime is forbidden unless it is allowed, after gas was used', () => {
    const ctx = delegated({ params: { gasCosts: costing('reclaim_escrow', 7n) } })
    assert.throws(() => reclaim(as(ctx, { isMessage: true }), bob, 1n), forbidden)
    assert.equal(ctx.gas.used, 7n)
    const allowed = delegated({ params: { allowEscrowMessages: true } })
    reclaim(as(allowed, { isMessage: true }), bob, 1n)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = delegated({ params: { gasCosts: costing('reclaim_escrow', 7n) } })
    assert.equal(reclaim(as(ctx, { mode: 'checkTx' }), bob, 1_000n), undefined)
    assert.equal(ctx.gas.used, 0n)
    assert.equal(reclaim(as(ctx, { mode: 'simulate' }), bob, 1_000n), undefined)
    assert.equal(ctx.gas.used, 7n)
  })
})
