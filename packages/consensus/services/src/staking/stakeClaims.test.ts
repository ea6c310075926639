import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { keyedMap } from '@wadi/cbor/collections'
import { type StakeThreshold, ThresholdKind } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../kernel/context.ts'
import { alice, bob, checkSound, testLedger } from '../testing/testLedger.ts'
import { accountOf } from './queries.ts'
import { addStakeClaim, checkStakeClaims, removeStakeClaim, stakeSnapshot } from './stakeClaims.ts'
import { addEscrow } from './transactions/addEscrow.ts'
import { reclaimEscrow } from './transactions/reclaimEscrow.ts'

const KIND = ThresholdKind.names
const ofEntity: StakeThreshold = { global: KIND.entity, const: undefined }
const ofTen: StakeThreshold = { global: undefined, const: quantity(10n) }
const unknown: StakeThreshold = { global: KIND['node-compute'], const: undefined }
const malformed: StakeThreshold = { global: undefined, const: undefined }
const insufficient = { module: 'staking', code: 4 }
const plain = { module: 'unknown', code: 1 }

/** Alice has thirty base units in escrow; being an entity takes twenty. */
function staked(): Context {
  const thresholds = keyedMap(ThresholdKind, [[KIND.entity, quantity(20n)]])
  const ctx = testLedger({ params: { thresholds } })
  addEscrow(ctx, { account: alice, amount: quantity(30n) })
  return ctx
}

describe('stake claims', () => {
  it('add up, and are refused if the stake is not enough for all of them', () => {
    const { state } = staked()
    addStakeClaim(state, alice, 'entity', [ofEntity])
    addStakeClaim(state, alice, 'node', [ofTen])
    assert.throws(() => addStakeClaim(state, alice, 'other', [ofTen]), insufficient)
    checkStakeClaims(state, alice)
    assert.deepEqual(
      [...accountOf(state, alice).escrow.stakeAccumulator.claims.keys()],
      ['node', 'entity'],
    )
  })

  it('of the same name replace each other', () => {
    const { state } = staked()
    addStakeClaim(state, alice, 'entity', [ofEntity, ofTen])
    addStakeClaim(state, alice, 'entity', [ofEntity])
    addStakeClaim(state, alice, 'node', [ofTen])
  })

  it('count nothing for a kind that the network does not name', () => {
    const { state } = staked()
    addStakeClaim(state, alice, 'node', [unknown, unknown])
    addStakeClaim(state, alice, 'entity', [ofEntity, ofTen])
  })

  it('to nothing are written as null', () => {
    const { state } = staked()
    addStakeClaim(state, alice, 'node', [])
    const bytes = state.get(keys.accounts.keys.encode(alice))!
    assert.ok(toHex(bytes).includes('a166636c61696d73a1646e6f6465f6'))
    addStakeClaim(state, alice, 'entity', [ofEntity, ofTen])
    checkStakeClaims(state, alice)
  })

  it('do not hold any more when stake is taken away', () => {
    const ctx = staked()
    addStakeClaim(ctx.state, alice, 'entity', [ofEntity])
    reclaimEscrow(ctx, { account: alice, shares: quantity(10n) })
    checkStakeClaims(ctx.state, alice)
    reclaimEscrow(ctx, { account: alice, shares: quantity(1n) })
    assert.throws(() => checkStakeClaims(ctx.state, alice), insufficient)
  })

  it('can be given up once', () => {
    const { state } = staked()
    addStakeClaim(state, alice, 'entity', [ofEntity])
    removeStakeClaim(state, alice, 'entity')
    const noSuchClaim = { ...plain, reason: 'cometbft/staking.noSuchClaim' }
    assert.throws(() => removeStakeClaim(state, alice, 'entity'), noSuchClaim)
    assert.throws(() => removeStakeClaim(state, bob, 'entity'), noSuchClaim)
    checkSound({ ...staked(), state })
  })

  it('without a threshold, or of a reserved address, are plain errors', () => {
    const { state } = staked()
    assert.throws(() => addStakeClaim(state, alice, 'node', [malformed]), {
      ...plain,
      reason: 'cometbft/staking.invalidThreshold',
    })
    assert.throws(() => addStakeClaim(state, BURN_ADDRESS, 'node', []), plain)
    assert.throws(() => checkStakeClaims(state, BURN_ADDRESS), plain)
  })
})

describe('a snapshot of stake', () => {
  it('answers as the state does', () => {
    const { state } = staked()
    addStakeClaim(state, alice, 'entity', [ofEntity])
    const snapshot = stakeSnapshot(state)
    snapshot.check(alice)
    assert.equal(snapshot.escrowBalance(alice), 30n)
    assert.equal(snapshot.escrowBalance(bob), 0n)
  })

  it('remembers accounts, but not beyond itself', () => {
    const ctx = staked()
    const before = stakeSnapshot(ctx.state)
    assert.equal(before.escrowBalance(alice), 30n)
    addStakeClaim(ctx.state, alice, 'entity', [ofEntity])
    reclaimEscrow(ctx, { account: alice, shares: quantity(30n) })
    assert.equal(before.escrowBalance(alice), 30n)
    before.check(alice)
    assert.throws(() => stakeSnapshot(ctx.state).check(alice), insufficient)
  })
})
