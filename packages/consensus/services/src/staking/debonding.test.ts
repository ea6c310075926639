import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import { ReclaimEscrowEvent } from '@wadi/consensus/staking/events'
import { quantity } from '@wadi/primitives/quantity'
import type { Context } from '../kernel/context.ts'
import {
  alice,
  as,
  balanceOf,
  bob,
  carol,
  checkSound,
  pool,
  poolsOf,
  testAddress,
  testLedger,
  toldBy,
} from '../testing/testLedger.ts'
import { slashEscrow } from './actions.ts'
import { releaseDebonding } from './debonding.ts'
import { debondingDelegationsOf } from './queries.ts'
import { addEscrow } from './transactions/addEscrow.ts'
import { reclaimEscrow } from './transactions/reclaimEscrow.ts'

/** In epoch 7, alice and bob wait until epoch 10 for what they delegated to bob. */
function debonding(): Context {
  const ctx = testLedger({ params: { debondingInterval: 3n } })
  for (const caller of [alice, bob]) {
    const inner = as(ctx, { caller })
    addEscrow(inner, { account: bob, amount: quantity(50n) })
    reclaimEscrow(inner, { account: bob, shares: quantity(50n) })
  }
  return as(ctx, {})
}

describe('debonding', () => {
  it('ends in its epoch and not before', () => {
    const ctx = debonding()
    releaseDebonding(ctx, 9n)
    assert.deepEqual(toldBy(ctx), [])
    releaseDebonding(ctx, 10n)
    assert.deepEqual([balanceOf(ctx, alice), balanceOf(ctx, bob)], [100n, 100n])
    assert.deepEqual(poolsOf(ctx, bob).debonding, pool(0n, 0n))
    assert.deepEqual([...debondingDelegationsOf(ctx.state)], [])
    assert.deepEqual(toldBy(ctx), ['reclaim_escrow', 'reclaim_escrow'])
    checkSound(ctx)
  })

  it('pays what is left after slashing, rounded down, and tells even of nothing', () => {
    const ctx = debonding()
    slashEscrow(ctx, bob, quantity(97n))
    releaseDebonding(ctx, 11n)
    assert.deepEqual([balanceOf(ctx, alice) + balanceOf(ctx, bob)], [103n])
    checkSound(ctx)
    const none = debonding()
    slashEscrow(none, bob, quantity(100n))
    none.events.length = 0
    releaseDebonding(none, 11n)
    const { amount, shares } = decode(ReclaimEscrowEvent, none.events[0]!.attributes[0]!.value)
    assert.deepEqual([amount, shares], [0n, 50n])
    checkSound(none)
  })

  it('is released by the epoch of its end first, then by delegator, then by account', () => {
    const ctx = testLedger({
      params: { debondingInterval: 0n },
      balances: [alice, bob, carol].map((address) => [address, 100n]),
    })
    const all = [alice, bob, carol]
    for (const caller of all)
      for (const account of [testAddress(9), testAddress(8)]) {
        const inner = as(ctx, { caller })
        addEscrow(inner, { account, amount: quantity(5n) })
        reclaimEscrow(inner, { account, shares: quantity(5n) })
      }
    releaseDebonding(ctx, 7n)
    const told = ctx.events.map(({ attributes }) => {
      const { owner, escrow } = decode(ReclaimEscrowEvent, attributes[0]!.value)
      return [Buffer.from(owner).toString('hex'), Buffer.from(escrow).toString('hex')].join()
    })
    assert.equal(told.length, 6)
    assert.deepEqual(told, told.toSorted())
    checkSound(ctx)
  })
})
