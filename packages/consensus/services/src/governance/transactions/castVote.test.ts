import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@wadi/cbor/codec'
import { ProposalState } from '@wadi/consensus/governance'
import { CastVote } from '@wadi/consensus/governance/methods'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import {
  delegate,
  elect,
  type GovernanceStart,
  proposing,
  putEntity,
  testGovernance,
  upgradeAt,
} from '../../testing/testGovernance.ts'
import { alice, as, bob, costing, testAddress, toldBy } from '../../testing/testLedger.ts'
import { testKey } from '../../testing/testNodes.ts'
import { methods } from '../methods.ts'
import { proposalOf, votesOf } from '../queries.ts'
import { setClosedProposal } from '../state.ts'
import { castRuntimeVote, castVote } from './castVote.ts'
import { submitProposal } from './submitProposal.ts'

const notEligible = { module: 'governance', code: 6 }
const yes = { id: 0n, vote: 1 }
const no = { id: 0n, vote: 2 }

/** Proposal 0 is open. Entity 30 lists nodes 31 and 32, of which 31 validates, for entity 40. */
function voting(start: GovernanceStart = {}): Context {
  const ctx = testGovernance(start)
  submitProposal(ctx, proposing({ upgrade: upgradeAt(100n) }))
  putEntity(ctx.state, 30, 32, 31)
  elect(ctx.state, { node: 31, entity: 40 })
  return as(ctx, { signer: testKey(30), caller: testAddress(30) })
}

/** The same, as the entity of a number, which may not be registered. */
function entity(ctx: Context, n: number): Context {
  return as(ctx, { signer: testKey(n), caller: testAddress(n) })
}

const anybody = { governance: { allowVoteWithoutEntity: true } }

describe('governance.CastVote', () => {
  it('is for entities that list a validating node, registered or not; the last word counts', () => {
    const ctx = voting()
    castVote(ctx, no)
    castVote(ctx, yes)
    assert.deepEqual(votesOf(ctx.state, 0n), [{ voter: testAddress(30), vote: 1 }])
    assert.deepEqual(toldBy(ctx), ['vote', 'vote'])
  })

  it('is not for entities without a validating node, even if they are the validating one', () => {
    const ctx = voting()
    putEntity(ctx.state, 40, 32)
    assert.throws(() => castVote(entity(ctx, 40), yes), notEligible)
    putEntity(ctx.state, 41)
    assert.throws(() => castVote(entity(ctx, 41), yes), notEligible)
  })

  it('is for those who delegate to an entity that validates', () => {
    const ctx = voting()
    putEntity(ctx.state, 50)
    delegate(ctx.state, 30, 10n, [[testAddress(50), 10n]])
    assert.throws(() => castVote(entity(ctx, 50), yes), notEligible)
    delegate(ctx.state, 40, 10n, [[testAddress(50), 10n]])
    castVote(entity(ctx, 50), yes)
  })

  it('takes an entity, unless delegators without one may vote', () => {
    for (const start of [{}, anybody]) {
      const ctx = voting(start)
      delegate(ctx.state, 40, 10n, [[testAddress(50), 10n]])
      const vote = () => castVote(entity(ctx, 50), yes)
      if (start === anybody) vote()
      else assert.throws(vote, notEligible)
      assert.throws(() => castVote(entity(ctx, 51), yes), notEligible)
    }
  })

  it('looks for the entity of the signer, and for the delegations of the caller', () => {
    const ctx = voting()
    castVote(as(ctx, { caller: bob }), yes)
    assert.deepEqual(votesOf(ctx.state, 0n), [{ voter: bob, vote: 1 }])
    assert.throws(() => castVote(as(ctx, { signer: testKey(99) }), yes), notEligible)
  })

  it('is forbidden to reserved addresses, before anything else is looked at', () => {
    const ctx = as(voting(), { caller: COMMON_POOL_ADDRESS, signer: testKey(99) })
    assert.throws(() => castVote(ctx, yes), { module: 'staking', code: 5 })
  })

  it('needs a proposal that is open; who may not vote does not learn of it', () => {
    const ctx = voting()
    assert.throws(() => castVote(ctx, { id: 1n, vote: 1 }), { module: 'governance', code: 5 })
    assert.throws(() => castVote(entity(ctx, 99), { id: 1n, vote: 1 }), notEligible)
    const { passed, rejected, failed } = ProposalState.names
    for (const state of [passed, rejected, failed]) {
      setClosedProposal(ctx.state, { ...proposalOf(ctx.state, 0n)!, state })
      assert.throws(() => castVote(ctx, yes), { module: 'governance', code: 7 })
    }
  })

  it('takes any number for a vote', () => {
    const ctx = voting()
    for (const vote of [0, 3, 4, 255]) {
      castVote(ctx, { id: 0n, vote })
      assert.equal(votesOf(ctx.state, 0n)[0]?.vote, vote)
    }
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = voting({ governance: { gasCosts: costing('cast_vote', 5n) } })
    castVote(as(ctx, { mode: 'checkTx', signer: testKey(99) }), yes)
    assert.equal(ctx.gas.used, 0n)
    castVote(as(ctx, { mode: 'simulate', signer: testKey(99) }), yes)
    assert.equal(ctx.gas.used, 5n)
    assert.deepEqual(votesOf(ctx.state, 0n), [])
  })

  it('refuses a body that is none', () => {
    const { run } = methods['governance.CastVote']!
    assert.throws(() => run(voting(), Uint8Array.of(0x01)), { module: 'governance', code: 1 })
    run(voting(), encode(CastVote, yes))
  })
})

describe('a vote of a runtime', () => {
  it('is not one of the entity that signed, and needs that others than entities may vote', () => {
    const ctx = voting()
    assert.throws(() => castRuntimeVote(ctx, yes), notEligible)
    const open = voting(anybody)
    assert.throws(() => castRuntimeVote(open, yes), notEligible)
    delegate(open.state, 40, 10n, [[alice, 10n]])
    castRuntimeVote(as(open, { caller: alice }), yes)
    assert.deepEqual(votesOf(open.state, 0n), [{ voter: alice, vote: 1 }])
  })
})
