import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import * as keys from '@wadi/consensus/governance/keys'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../kernel/context.ts'
import { erase, mark, write } from '../kernel/state.ts'
import { setGovernanceDeposits } from '../staking/state.ts'
import { GOVERNANCE, proposing, testGovernance, upgradeAt } from '../testing/testGovernance.ts'
import { violations } from './invariants.ts'
import { proposalOf } from './queries.ts'
import { setNextProposalId, setParameters, setPendingUpgrade, setVote } from './state.ts'
import { submitProposal } from './transactions/submitProposal.ts'

/** What is violated after something was done to a state with an open proposal. */
function violatedBy(damage: (ctx: Context) => void): readonly string[] {
  const ctx = testGovernance()
  submitProposal(ctx, proposing({ upgrade: upgradeAt(100n) }))
  damage(ctx)
  return Array.from(violations(ctx.state), ({ invariant }) => invariant)
}

describe('invariants of governance', () => {
  it('hold of what the rules write', () => {
    assert.deepEqual(
      violatedBy(() => undefined),
      [],
    )
  })

  it('notice parameters that must not be', () => {
    const damage = ({ state }: Context) =>
      setParameters(state, { ...GOVERNANCE, votingPeriod: 10n })
    assert.deepEqual(violatedBy(damage), ['governance.parameters'])
  })

  it('notice deposits that are not there', () => {
    const damage = ({ state }: Context) => setGovernanceDeposits(state, quantity(9n))
    assert.deepEqual(violatedBy(damage), ['governance.deposits'])
  })

  it('notice proposals that could not be', () => {
    const damage = ({ state }: Context) =>
      write(state, keys.proposals, [0n], { ...proposalOf(state, 0n)!, createdAt: 8n })
    assert.deepEqual(violatedBy(damage), ['governance.proposal'])
    assert.deepEqual(
      violatedBy(({ state }) => setNextProposalId(state, 0n)),
      ['governance.nextProposalId'],
    )
    assert.deepEqual(
      violatedBy(({ state }) => setVote(state, 0n, BURN_ADDRESS, 1)),
      ['governance.vote'],
    )
  })

  it('notice a proposal that should be closed, unless it may not have been told of the epoch', () => {
    const leap = ({ state }: Context) =>
      write(state, beaconKeys.currentEpoch, [], { epoch: 13n, height: 1n })
    assert.deepEqual(violatedBy(leap), ['governance.proposal'])
    const leapWith = (parameters: Partial<BeaconParameters>) => (ctx: Context) => {
      leap(ctx)
      write(ctx.state, beaconKeys.parameters, [], make(BeaconParameters, parameters))
    }
    assert.deepEqual(violatedBy(leapWith({ backend: 'vrf' })), ['governance.proposal'])
    assert.deepEqual(violatedBy(leapWith({ backend: 'vrf', debugMockBackend: true })), [])
    assert.deepEqual(violatedBy(leapWith({ backend: 'insecure' })), [])
  })

  it('let a proposal stay open that was to be closed in its own epoch', () => {
    // What comes of a voting period of zero.
    const closing = (closesAt: bigint) => (ctx: Context) => {
      const { state } = ctx
      write(state, beaconKeys.currentEpoch, [], { epoch: 13n, height: 1n })
      const proposal = proposalOf(state, 0n)!
      write(state, keys.proposals, [0n], { ...proposal, createdAt: 8n, closesAt })
      erase(state, keys.activeProposals, 12n, 0n)
      mark(state, keys.activeProposals, closesAt, 0n)
    }
    assert.deepEqual(violatedBy(closing(8n)), [])
    assert.deepEqual(violatedBy(closing(9n)), ['governance.proposal'])
  })

  it('let proposals be of a later epoch where tests say which epoch it is', () => {
    const goBack = (debugMockBackend: boolean) => (ctx: Context) => {
      write(ctx.state, beaconKeys.currentEpoch, [], { epoch: 1n, height: 1n })
      write(ctx.state, beaconKeys.parameters, [], make(BeaconParameters, { debugMockBackend }))
      const closed = { ...proposalOf(ctx.state, 0n)!, id: 1n, createdAt: 1n, state: 3 }
      write(ctx.state, keys.proposals, [1n], closed)
      setNextProposalId(ctx.state, 2n)
    }
    assert.deepEqual(violatedBy(goBack(false)), ['governance.proposal', 'governance.proposal'])
    assert.deepEqual(violatedBy(goBack(true)), [])
  })

  it('notice an index of open proposals that misses one, or has one too many', () => {
    assert.deepEqual(
      violatedBy(({ state }) => erase(state, keys.activeProposals, 12n, 0n)),
      ['governance.activeProposals'],
    )
    assert.deepEqual(
      violatedBy(({ state }) => mark(state, keys.activeProposals, 13n, 0n)),
      ['governance.activeProposals'],
    )
  })

  it('notice upgrades that did not pass, or are overdue', () => {
    assert.deepEqual(
      violatedBy(({ state }) => setPendingUpgrade(state, 100n, 0n)),
      ['governance.pendingUpgrades'],
    )
    const overdue = ({ state }: Context) => {
      const proposal = { ...proposalOf(state, 0n)!, state: 2 }
      write(state, keys.proposals, [0n], proposal)
      erase(state, keys.activeProposals, 12n, 0n)
      setGovernanceDeposits(state, quantity(0n))
      setPendingUpgrade(state, 100n, 0n)
      write(state, beaconKeys.currentEpoch, [], { epoch: 101n, height: 1n })
    }
    assert.deepEqual(violatedBy(overdue), ['governance.pendingUpgrades'])
  })
})
