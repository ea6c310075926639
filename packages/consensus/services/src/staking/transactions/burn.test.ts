import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quantity } from '@wadi/primitives/quantity'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import {
  alice,
  as,
  balanceOf,
  checkSound,
  costing,
  testLedger,
  toldBy,
} from '../../testing/testLedger.ts'
import { totalSupplyOf } from '../queries.ts'
import { burn } from './burn.ts'

function destroy(ctx: Context, amount: bigint): void {
  burn(ctx, { amount: quantity(amount) })
}

describe('staking.Burn', () => {
  it('destroys base units and tells it', () => {
    const ctx = testLedger()
    const before = totalSupplyOf(ctx.state)
    destroy(ctx, 30n)
    assert.equal(balanceOf(ctx, alice), 70n)
    assert.equal(totalSupplyOf(ctx.state), before - 30n)
    assert.deepEqual(toldBy(ctx), ['burn'])
    checkSound(ctx)
  })

  it('is forbidden to reserved addresses, before anything else is looked at', () => {
    const ctx = testLedger({
      caller: COMMON_POOL_ADDRESS,
      params: { minTransfer: quantity(10n) },
    })
    assert.throws(() => destroy(ctx, 1n), { module: 'staking', code: 5 })
  })

  it('refuses less than the minimum, and what leaves too little', () => {
    const ctx = testLedger({
      params: { minTransfer: quantity(10n), minTransactBalance: quantity(40n) },
    })
    assert.throws(() => destroy(ctx, 9n), { module: 'staking', code: 9 })
    assert.throws(() => destroy(ctx, 61n), { module: 'staking', code: 10 })
    assert.throws(() => destroy(ctx, 101n), { module: 'unknown', code: 1 })
    destroy(ctx, 60n)
    assert.equal(balanceOf(ctx, alice), 40n)
  })

  it('works while transfers are disabled', () => {
    destroy(testLedger({ params: { disableTransfers: true } }), 1n)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = testLedger({ params: { gasCosts: costing('burn', 7n) } })
    destroy(as(ctx, { mode: 'checkTx' }), 1_000n)
    assert.equal(ctx.gas.used, 0n)
    destroy(as(ctx, { mode: 'simulate' }), 1_000n)
    assert.equal(ctx.gas.used, 7n)
  })
})
