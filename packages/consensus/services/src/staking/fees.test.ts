import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import type { Parameters } from '@wadi/consensus/staking'
import { TransferEvent } from '@wadi/consensus/staking/events'
import * as keys from '@wadi/consensus/staking/keys'
import { add, quantity } from '@wadi/primitives/quantity'
import { COMMON_POOL_ADDRESS, FEE_ACCUMULATOR_ADDRESS } from '@wadi/primitives/reservedAddresses'
import fc from 'fast-check'
import type { Context } from '../kernel/context.ts'
import { has } from '../kernel/state.ts'
import { alice, balanceOf, bob, checkSound, testLedger, toldBy } from '../testing/testLedger.ts'
import { testKey } from '../testing/testNodes.ts'
import { payBlockFees, payLastBlockFees } from './fees.ts'
import { commonPoolOf, lastBlockFeesOf, totalSupplyOf } from './queries.ts'
import { setLastBlockFees, setTotalSupply } from './state.ts'

const aliceEntity = testKey(1)
const bobEntity = testKey(2)

function weights(propose: bigint, vote: bigint, nextPropose: bigint): Partial<Parameters> {
  return {
    feeSplitWeightPropose: quantity(propose),
    feeSplitWeightVote: quantity(vote),
    feeSplitWeightNextPropose: quantity(nextPropose),
  }
}

/** A ledger whose last block had so many fees left. */
function ledger(params: Partial<Parameters>, fees: bigint): Context {
  const ctx = testLedger({ params })
  setLastBlockFees(ctx.state, quantity(fees))
  setTotalSupply(ctx.state, add(totalSupplyOf(ctx.state), quantity(fees)))
  return ctx
}

/** Key 57 is not written at the beginning of a block: what was paid is still in there. */
function checkPaid(ctx: Context): void {
  setLastBlockFees(ctx.state, quantity(0n))
  checkSound(ctx)
}

describe('the fees of the last block', () => {
  it('are divided among all who could vote, and each part between voter and proposer', () => {
    const ctx = ledger(weights(1n, 2n, 1n), 100n)
    const voters = [aliceEntity, bobEntity]
    payLastBlockFees(ctx, { proposer: bobEntity, eligibleCount: 3, voters })
    // A third is 33: 11 of it for the proposer, 22 for the voter. What is nobody's is 34.
    assert.equal(balanceOf(ctx, alice), 122n)
    assert.equal(balanceOf(ctx, bob), 144n)
    assert.equal(commonPoolOf(ctx.state), 1_034n)
    assert.deepEqual(
      ctx.events.map(({ attributes }) => decode(TransferEvent, attributes[0]!.value)),
      [
        { from: FEE_ACCUMULATOR_ADDRESS, to: bob, amount: 22n },
        { from: FEE_ACCUMULATOR_ADDRESS, to: alice, amount: 22n },
        { from: FEE_ACCUMULATOR_ADDRESS, to: bob, amount: 22n },
        { from: FEE_ACCUMULATOR_ADDRESS, to: COMMON_POOL_ADDRESS, amount: 34n },
      ],
    )
    assert.equal(lastBlockFeesOf(ctx.state), 100n)
    checkPaid(ctx)
  })

  it('are paid to an entity once for each of its validators', () => {
    const ctx = ledger(weights(0n, 1n, 0n), 100n)
    const voters = [aliceEntity, bobEntity, aliceEntity]
    payLastBlockFees(ctx, { proposer: undefined, eligibleCount: 4, voters })
    assert.equal(balanceOf(ctx, alice), 150n)
    assert.equal(balanceOf(ctx, bob), 125n)
    checkPaid(ctx)
  })

  it('go to the common pool where nobody is known or the part is nothing', () => {
    const ctx = ledger(weights(0n, 0n, 1n), 10n)
    payLastBlockFees(ctx, { proposer: undefined, eligibleCount: 2, voters: [aliceEntity] })
    assert.equal(commonPoolOf(ctx.state), 1_010n)
    assert.deepEqual(toldBy(ctx), ['transfer'])
    checkPaid(ctx)
  })

  it('of nothing are told nothing of, also without weights', () => {
    const ctx = ledger({}, 0n)
    payLastBlockFees(ctx, { proposer: aliceEntity, eligibleCount: 0, voters: [] })
    assert.deepEqual(toldBy(ctx), [])
  })

  it('stop the chain if nobody is to get them any more', () => {
    const pay = () =>
      payLastBlockFees(ledger(weights(1n, 0n, 0n), 10n), {
        proposer: aliceEntity,
        eligibleCount: 1,
        voters: [],
      })
    assert.throws(pay, { module: 'unknown', code: 1 })
  })
})

describe('the fees of a block', () => {
  it("are its proposer's, except for what is kept for the next block", () => {
    const ctx = testLedger({ params: weights(1n, 1n, 1n) })
    setTotalSupply(ctx.state, quantity(1_300n))
    payBlockFees(ctx, aliceEntity, quantity(100n))
    assert.equal(lastBlockFeesOf(ctx.state), 66n)
    assert.equal(balanceOf(ctx, alice), 134n)
    assert.deepEqual(toldBy(ctx), ['transfer'])
    checkSound(ctx)
  })

  it("are the common pool's if nobody knows the proposer", () => {
    const ctx = testLedger({ params: weights(1n, 1n, 1n) })
    payBlockFees(ctx, undefined, quantity(100n))
    assert.equal(commonPoolOf(ctx.state), 1_034n)
    assert.deepEqual(toldBy(ctx), ['transfer'])
  })

  it('may all be kept', () => {
    const ctx = testLedger({ params: weights(0n, 1n, 1n) })
    payBlockFees(ctx, aliceEntity, quantity(100n))
    assert.equal(lastBlockFeesOf(ctx.state), 100n)
    assert.deepEqual(toldBy(ctx), [])
  })

  it('of nothing are written, too, whatever the weights', () => {
    const ctx = testLedger()
    assert.equal(has(ctx.state, keys.lastBlockFees), false)
    payBlockFees(ctx, aliceEntity, quantity(0n))
    assert.equal(has(ctx.state, keys.lastBlockFees), true)
    assert.deepEqual(toldBy(ctx), [])
  })

  it('are never more or less than what was paid', () => {
    const weight = fc.bigInt(0n, 5n)
    const amounts = fc.record({ fees: fc.bigInt(0n, 1_000n), isKnown: fc.boolean() })
    fc.assert(
      fc.property(weight, fc.bigInt(1n, 5n), weight, amounts, (p, v, n, { fees, isKnown }) => {
        const ctx = testLedger({ params: weights(p, v, n) })
        setTotalSupply(ctx.state, add(totalSupplyOf(ctx.state), quantity(fees)))
        payBlockFees(ctx, isKnown ? aliceEntity : undefined, quantity(fees))
        checkSound(ctx)
        const proposer = isKnown ? bobEntity : undefined
        payLastBlockFees(ctx, { proposer, eligibleCount: 3, voters: [aliceEntity, bobEntity] })
        checkPaid(ctx)
      }),
      { numRuns: 50 },
    )
  })
})
