import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyedMap } from '@wadi/cbor/collections'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { type Parameters, SlashReason } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { add, quantity } from '@wadi/primitives/quantity'
import type { BlockHeader } from '../kernel/block.ts'
import type { Context } from '../kernel/context.ts'
import { erase, has } from '../kernel/state.ts'
import {
  alice,
  as,
  balanceOf,
  bob,
  checkSound,
  type LedgerStart,
  pool,
  poolsOf,
  testLedger,
  toldBy,
} from '../testing/testLedger.ts'
import { putValidator, validatorOf, votesOf } from '../testing/testValidators.ts'
import { debited } from './accounts.ts'
import { blockFees } from './actions.ts'
import { beginBlock, endBlock } from './blocks.ts'
import {
  accountOf,
  commonPoolOf,
  epochSigningOf,
  lastBlockFeesOf,
  totalSupplyOf,
} from './queries.ts'
import { setAccount, setLastBlockFees, setTotalSupply } from './state.ts'
import { addEscrow } from './transactions/addEscrow.ts'
import { reclaimEscrow } from './transactions/reclaimEscrow.ts'

const PARAMS: Partial<Parameters> = {
  feeSplitWeightPropose: quantity(1n),
  feeSplitWeightVote: quantity(1n),
  rewardFactorBlockProposed: quantity(1n),
  rewardFactorEpochSigned: quantity(1n),
  rewardSchedule: [{ until: 20n, scale: quantity(100_000_000n) }],
  signingRewardThresholdNumerator: 1n,
  signingRewardThresholdDenominator: 1n,
}

const HEADER: Partial<BlockHeader> = {
  proposer: validatorOf(1),
  lastCommit: [...votesOf(1), { validator: validatorOf(2), hasSigned: false }, ...votesOf(3, 4)],
}

/** Nodes 1 and 3 are alice's, 2 is bob's, and nobody knows node 4. Alice has ten in escrow. */
function ledger({ params, ...start }: LedgerStart = {}): Context {
  const ctx = testLedger({ ...HEADER, ...start, params: { ...PARAMS, ...params } })
  putValidator(ctx, 1)
  putValidator(ctx, 2)
  putValidator(ctx, 3, 1)
  addEscrow(as(ctx, { caller: alice }), { account: alice, amount: quantity(10n) })
  return as(ctx, {})
}

/** Alice pays so much in fees, as authentication does. */
function payFees({ state, block }: Context, amount: bigint): void {
  blockFees.set(block, add(blockFees.get(block), quantity(amount)))
  setAccount(state, alice, debited(accountOf(state, alice), quantity(amount)))
}

describe('the beginning of a block', () => {
  it('pays voters, rewards the proposer for its share of votes, and counts who signed', () => {
    const ctx = ledger()
    setLastBlockFees(ctx.state, quantity(40n))
    setTotalSupply(ctx.state, add(totalSupplyOf(ctx.state), quantity(40n)))
    beginBlock(ctx)
    assert.equal(balanceOf(ctx, alice), 110n)
    assert.equal(balanceOf(ctx, bob), 100n)
    // Two of four votes are of known nodes, so the reward is half of the stake.
    assert.deepEqual(poolsOf(ctx, alice).active, pool(15n, 10n))
    assert.deepEqual(toldBy(ctx), ['transfer', 'transfer', 'transfer', 'add_escrow'])
    const { total, byEntity } = epochSigningOf(ctx.state)
    assert.deepEqual([total, [...byEntity.values()]], [1n, [2n]])
    setLastBlockFees(ctx.state, quantity(0n))
    checkSound(ctx)
  })

  it('rewards nobody in the first block, or if nobody knows the proposer', () => {
    const first = ledger({ lastHeight: 0n })
    beginBlock(first)
    assert.deepEqual(toldBy(first), [])
    const unknown = ledger({ proposer: validatorOf(4) })
    beginBlock(unknown)
    assert.deepEqual(toldBy(unknown), [])
  })

  it('rewards nobody behind the end of the schedule, or without votes', () => {
    const late = ledger({ epoch: 20n })
    beginBlock(late)
    assert.deepEqual(toldBy(late), [])
    const lonely = ledger({ lastCommit: [{ validator: validatorOf(1), hasSigned: false }] })
    beginBlock(lonely)
    assert.deepEqual(toldBy(lonely), [])
    assert.equal(epochSigningOf(lonely.state).total, 1n)
  })

  it('punishes after all that, in the order of the evidence', () => {
    const slash = { amount: quantity(3n), freezeInterval: 0n }
    const slashing = keyedMap(SlashReason, [[0, slash] as const])
    const evidence = {
      kind: 'duplicate-vote',
      validator: validatorOf(3),
      height: 1n,
      time: { seconds: 0n, nanoseconds: 0 },
    } as const
    const ctx = ledger({ params: { slashing }, misbehaviour: [evidence, evidence] })
    beginBlock(ctx)
    assert.deepEqual(toldBy(ctx), ['add_escrow', 'take_escrow', 'take_escrow'])
    assert.deepEqual(poolsOf(ctx, alice).active, pool(9n, 10n))
    checkSound(ctx)
  })
})

describe('the end of a block', () => {
  it('pays the one who proposed it, even if its node is gone by then', () => {
    const ctx = ledger()
    beginBlock(ctx)
    erase(ctx.state, registryKeys.nodesByCometAddress, validatorOf(1))
    payFees(ctx, 9n)
    endBlock(ctx)
    assert.equal(balanceOf(ctx, alice), 86n)
    assert.equal(lastBlockFeesOf(ctx.state), 4n)
    checkSound(ctx)
  })

  it('pays the common pool if nobody knows who proposed it', () => {
    const ctx = ledger({ proposer: validatorOf(4), epoch: 0n })
    beginBlock(ctx)
    payFees(ctx, 9n)
    endBlock(ctx)
    assert.equal(commonPoolOf(ctx.state), 1_005n)
    checkSound(ctx)
  })

  it('pays out and rewards only when an epoch begins, and first pays out', () => {
    for (const epoch of [0n, 1n]) {
      // The state of the last block is in epoch 0.
      const ctx = ledger({ epoch })
      addEscrow(ctx, { account: bob, amount: quantity(5n) })
      reclaimEscrow(ctx, { account: bob, shares: quantity(5n) })
      beginBlock(ctx)
      ctx.events.length = 0
      endBlock(ctx)
      const told = epoch === 0n ? [] : ['reclaim_escrow', 'add_escrow']
      assert.deepEqual(toldBy(ctx), told)
      assert.equal(has(ctx.state, keys.epochSigning), epoch === 0n)
      checkSound(ctx)
    }
  })

  it('begins no epoch in the first two blocks', () => {
    for (const lastHeight of [0n, 1n]) {
      const ctx = ledger({ lastHeight, epoch: 3n })
      beginBlock(ctx)
      ctx.events.length = 0
      endBlock(ctx)
      assert.deepEqual(toldBy(ctx), [])
    }
  })
})
