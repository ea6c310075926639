import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Parameters } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { quantity } from '@wadi/primitives/quantity'
import type { Context } from '../kernel/context.ts'
import { has } from '../kernel/state.ts'
import { alice, as, bob, pool, poolsOf, testLedger, toldBy } from '../testing/testLedger.ts'
import { testKey } from '../testing/testNodes.ts'
import { epochSigningOf } from './queries.ts'
import { countSigning, eligibleEntities, rewardSigning } from './signing.ts'
import { setEpochSigning } from './state.ts'
import { addEscrow } from './transactions/addEscrow.ts'

const [one, two] = [testKey(1), testKey(2)]

function counts(ctx: Context): readonly (readonly [unknown, bigint])[] {
  return [...epochSigningOf(ctx.state).byEntity]
}

/** Both have ten in escrow; whoever signed three of four blocks gets as much again. */
function staked(params: Partial<Parameters> = {}): Context {
  const ctx = testLedger({
    params: {
      signingRewardThresholdNumerator: 3n,
      signingRewardThresholdDenominator: 4n,
      rewardFactorEpochSigned: quantity(1n),
      rewardSchedule: [{ until: 20n, scale: quantity(100_000_000n) }],
      ...params,
    },
  })
  addEscrow(ctx, { account: alice, amount: quantity(10n) })
  addEscrow({ ...ctx, caller: bob }, { account: bob, amount: quantity(10n) })
  return as(ctx, {})
}

describe('who signs', () => {
  it('is counted once for each validator, over all blocks', () => {
    const ctx = testLedger()
    countSigning(ctx, [two, one, two])
    countSigning(ctx, [one])
    countSigning(ctx, [])
    assert.equal(epochSigningOf(ctx.state).total, 3n)
    assert.deepEqual(counts(ctx), [
      [one, 2n],
      [two, 2n],
    ])
  })

  it('is rewarded at the end of the epoch if that was often enough', () => {
    const ctx = staked()
    for (let i = 0; i < 4; i++) countSigning(ctx, i < 3 ? [one, two] : [])
    rewardSigning(ctx, 8n)
    assert.deepEqual(poolsOf(ctx, alice).active, pool(20n, 10n))
    assert.equal(has(ctx.state, keys.epochSigning), false)
    const idle = staked()
    for (let i = 0; i < 4; i++) countSigning(idle, i < 2 ? [one, two] : [])
    rewardSigning(idle, 8n)
    assert.deepEqual(toldBy(idle), [])
    assert.equal(has(idle.state, keys.epochSigning), false)
  })

  it('is rewarded by the schedule of the new epoch', () => {
    const ctx = staked()
    countSigning(ctx, [one])
    rewardSigning(ctx, 20n)
    assert.deepEqual(toldBy(ctx), [])
  })

  it('is forgotten without a threshold, and not rewarded if there was no block', () => {
    const ctx = staked({ signingRewardThresholdDenominator: 0n })
    countSigning(ctx, [one])
    rewardSigning(ctx, 8n)
    assert.equal(has(ctx.state, keys.epochSigning), false)
    assert.deepEqual(toldBy(ctx), [])
    rewardSigning(staked(), 8n)
  })
})

describe('the threshold for signing rewards', () => {
  const params = (numerator: bigint, denominator: bigint) =>
    make(Parameters, {
      signingRewardThresholdNumerator: numerator,
      signingRewardThresholdDenominator: denominator,
    })
  const signing = (total: bigint) => {
    const ctx = testLedger()
    countSigning(ctx, [two, two, one])
    const { byEntity } = epochSigningOf(ctx.state)
    setEpochSigning(ctx.state, { total, byEntity })
    return epochSigningOf(ctx.state)
  }

  it('is a fraction of all blocks, and names entities in the order of their keys', () => {
    assert.deepEqual(eligibleEntities(signing(3n), params(2n, 3n)), [two])
    assert.deepEqual(eligibleEntities(signing(3n), params(1n, 3n)), [one, two])
    assert.deepEqual(eligibleEntities(signing(3n), params(0n, 1n)), [one, two])
    assert.deepEqual(eligibleEntities(signing(3n), params(1n, 1n)), [])
  })

  it('stops the node when a product is no 64-bit number', () => {
    const bug = { name: 'BugError' }
    assert.throws(() => eligibleEntities(signing(3n), params(1n << 63n, 1n << 63n)), bug)
    assert.throws(() => eligibleEntities(signing(0n), params(0n, 1n << 63n)), bug)
  })
})
