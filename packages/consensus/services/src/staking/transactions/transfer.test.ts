import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyedMap } from '@wadi/cbor/collections'
import type { Parameters } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { Address, ZERO_ADDRESS } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS, COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { has } from '../../kernel/state.ts'
import {
  alice,
  as,
  balanceOf,
  bob,
  checkSound,
  costing,
  testLedger,
  toldBy,
} from '../../testing/testLedger.ts'
import { totalSupplyOf } from '../queries.ts'
import { transfer } from './transfer.ts'

/** A ledger in which alice has 100 of 1,000 base units, and may call. */
function ledger(params: Partial<Parameters> = {}, caller = alice): Context {
  return testLedger({ params, caller, balances: [[alice, 100n]], commonPool: 900n })
}

function send(ctx: Context, to: Address, amount: bigint): void {
  transfer(ctx, { to, amount: quantity(amount) })
}

const plain = { module: 'unknown', code: 1 }

describe('staking.Transfer', () => {
  it('moves base units and tells it', () => {
    const ctx = ledger()
    send(ctx, bob, 30n)
    assert.equal(balanceOf(ctx, alice), 70n)
    assert.equal(balanceOf(ctx, bob), 30n)
    assert.deepEqual(toldBy(ctx), ['transfer'])
    checkSound(ctx)
  })

  it('reports a shortfall as unknown/1 to another account and as staking/3 to oneself', () => {
    assert.throws(() => send(ledger(), bob, 101n), plain)
    assert.throws(() => send(ledger(), alice, 101n), { module: 'staking', code: 3 })
  })

  it('refuses less than the minimum, also to oneself and to nobody', () => {
    const params = { minTransfer: quantity(10n) }
    for (const to of [alice, bob, BURN_ADDRESS])
      assert.throws(() => send(ledger(params), to, 9n), { module: 'staking', code: 9 })
    send(ledger(params), bob, 10n)
  })

  it('leaves both accounts with the least they need, but looks at neither to oneself', () => {
    const params = { minTransactBalance: quantity(40n) }
    const tooLow = { module: 'staking', code: 10 }
    assert.throws(() => send(ledger(params), bob, 61n), tooLow)
    assert.throws(() => send(ledger(params), bob, 39n), tooLow)
    send(ledger(params), bob, 60n)
    send(ledger(params), alice, 100n)
  })

  it('is forbidden to reserved addresses, and to all but a few while it is disabled', () => {
    const forbidden = { module: 'staking', code: 5 }
    assert.throws(() => send(ledger({}, COMMON_POOL_ADDRESS), bob, 0n), forbidden)
    assert.throws(() => send(ledger({ disableTransfers: true }), bob, 0n), forbidden)
  })

  it('to the burn address burns, and tells it twice', () => {
    const ctx = ledger()
    send(ctx, BURN_ADDRESS, 30n)
    assert.equal(balanceOf(ctx, alice), 70n)
    assert.equal(has(ctx.state, keys.accounts, BURN_ADDRESS), false)
    assert.equal(totalSupplyOf(ctx.state), 970n)
    assert.deepEqual(toldBy(ctx), ['burn', 'transfer'])
    checkSound(ctx)
  })

  it('writes accounts and tells it even if nothing is moved', () => {
    const ctx = ledger()
    send(ctx, bob, 0n)
    send(ctx, ZERO_ADDRESS, 0n)
    assert.ok(has(ctx.state, keys.accounts, bob))
    assert.ok(has(ctx.state, keys.accounts, ZERO_ADDRESS))
    assert.equal(ctx.events.length, 2)
  })

  it('is open to those on the list while it is disabled for all others', () => {
    const undisableTransfersFrom = keyedMap(Address, [
      [alice, true],
      [bob, false],
    ])
    const params = { disableTransfers: true, undisableTransfersFrom }
    send(ledger(params), bob, 1n)
    assert.throws(() => send(ledger(params, bob), alice, 0n), { module: 'staking', code: 5 })
  })

  it('to a pool is a plain error', () => {
    assert.throws(() => send(ledger(), COMMON_POOL_ADDRESS, 1n), plain)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = ledger({ gasCosts: costing('transfer', 7n) })
    send(as(ctx, { mode: 'checkTx' }), bob, 1_000n)
    assert.equal(ctx.gas.used, 0n)
    send(as(ctx, { mode: 'simulate' }), bob, 1_000n)
    assert.equal(ctx.gas.used, 7n)
  })
})
