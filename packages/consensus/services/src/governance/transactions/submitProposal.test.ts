import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { type Proposal, ProposalContent, ProposalState } from '@wadi/consensus/governance'
import * as keys from '@wadi/consensus/governance/keys'
import { ParameterChanges } from '@wadi/consensus/governance/parameterChanges'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { EPOCH_INVALID, EPOCH_MAX } from '@wadi/primitives/epoch'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { has } from '../../kernel/state.ts'
import { governanceDepositsOf } from '../../staking/queries.ts'
import { GOVERNANCE, proposing, testGovernance, upgradeAt } from '../../testing/testGovernance.ts'
import { alice, as, balanceOf, checkSound, costing, toldBy } from '../../testing/testLedger.ts'
import { violations } from '../invariants.ts'
import { subscriptions } from '../messages.ts'
import { methods } from '../methods.ts'
import { activeProposalsOf, nextProposalIdOf, proposalOf } from '../queries.ts'
import { setClosedProposal, setNextProposalId, setPendingUpgrade } from '../state.ts'
import { submitProposal } from './submitProposal.ts'

const invalid = { module: 'governance', code: 1 }
const tooSoon = { module: 'governance', code: 2 }
const pending = { module: 'governance', code: 3 }
const plain = { module: 'unknown', code: 1 }
/** In epoch 7, with 20 epochs between. */
const SOONEST = 27n

const target = upgradeAt(1n).target
const noVersion = { major: 0, minor: 0, patch: 0 }

function upgrade(fields: Partial<UpgradeDescriptor> = {}): ProposalContent {
  return proposing({ upgrade: { ...upgradeAt(SOONEST), ...fields } })
}

function change(module: string, changes: Partial<ParameterChanges>): ProposalContent {
  const encoded = encode(ParameterChanges, make(ParameterChanges, changes))
  return proposing({ changeParameters: { module, changes: encoded } })
}

/** A network in which proposal 4 was an upgrade that passed. */
function withPending(epoch: bigint): Context {
  const ctx = testGovernance()
  const passed: Partial<Proposal> = { id: 4n, state: ProposalState.names.passed }
  const zero = submitProposal(testGovernance(), upgrade())!
  setClosedProposal(ctx.state, { ...zero, ...passed, content: upgrade({ epoch }) })
  setPendingUpgrade(ctx.state, epoch, 4n)
  setNextProposalId(ctx.state, 5n)
  return ctx
}

describe('governance.SubmitProposal', () => {
  it('opens a vote, takes the deposit and tells both', () => {
    const ctx = testGovernance()
    setNextProposalId(ctx.state, 3n)
    const proposal = submitProposal(ctx, upgrade())
    assert.deepEqual(proposalOf(ctx.state, 3n), proposal)
    assert.deepEqual(activeProposalsOf(ctx.state), [proposal])
    assert.ok(has(ctx.state, keys.activeProposals, 12n, 3n))
    assert.equal(nextProposalIdOf(ctx.state), 4n)
    assert.equal(proposal?.createdAt, 7n)
    assert.equal(proposal?.closesAt, 12n)
    assert.equal(proposal?.submitter, alice)
    assert.equal(balanceOf(ctx, alice), 90n)
    assert.equal(governanceDepositsOf(ctx.state), 10n)
    assert.deepEqual(toldBy(ctx), ['transfer', 'proposal_submitted'])
    assert.deepEqual([...violations(ctx.state)], [])
    checkSound(ctx)
  })

  it('takes no, one or two wishes for malformed unless it is one', () => {
    const two = { ...upgrade(), cancelUpgrade: { proposalId: 1n } }
    for (const content of [proposing({}), two])
      for (const mode of ['deliverTx', 'checkTx', 'simulate'] as const)
        assert.throws(() => submitProposal(testGovernance({ mode }), content), invalid)
  })

  it('refuses descriptors that nobody could follow', () => {
    const bad: readonly Partial<UpgradeDescriptor>[] = [
      { v: 0 },
      { v: 2 },
      { handler: 'ab' },
      { handler: 'a'.repeat(33) },
      { handler: `${'a'.repeat(31)}é` },
      { target: { ...target, consensusProtocol: noVersion } },
      { target: { ...target, runtimeHostProtocol: noVersion } },
      { target: { ...target, runtimeCommitteeProtocol: noVersion } },
      { epoch: 0n },
      { epoch: EPOCH_INVALID },
    ]
    for (const fields of bad)
      assert.throws(() => submitProposal(testGovernance(), upgrade(fields)), invalid)
    const good = [{ handler: 'abc' }, { handler: 'a'.repeat(32) }, { epoch: EPOCH_MAX }]
    for (const fields of good) submitProposal(testGovernance(), upgrade(fields))
  })

  it('refuses changes without a module, and without changes', () => {
    const changes = Uint8Array.of(0xa0)
    for (const changeParameters of [
      { module: '', changes },
      { module: 'governance', changes: new Uint8Array(0) },
    ])
      assert.throws(
        () => submitProposal(testGovernance(), proposing({ changeParameters })),
        invalid,
      )
  })

  it('needs metadata where it is allowed, and refuses it elsewhere', () => {
    const titled = (title: string) => ({ ...upgrade(), metadata: { title, description: '' } })
    assert.throws(() => submitProposal(testGovernance(), titled('abc')), invalid)
    const talkative = () => testGovernance({ governance: { allowProposalMetadata: true } })
    assert.throws(() => submitProposal(talkative(), upgrade()), invalid)
    for (const title of ['', 'ab', 'é', 'a'.repeat(101), `${'a'.repeat(99)}é`])
      assert.throws(() => submitProposal(talkative(), titled(title)), invalid)
    for (const title of ['abc', 'éé', 'a'.repeat(100)]) submitProposal(talkative(), titled(title))
  })

  it('refuses changes while they are disabled, before it uses gas and not in a check', () => {
    const governance = {
      enableChangeParametersProposal: false,
      gasCosts: costing('submit_proposal', 5n),
    }
    const ctx = testGovernance({ governance })
    assert.throws(() => submitProposal(ctx, change('governance', {})), invalid)
    assert.equal(ctx.gas.used, 0n)
    assert.equal(submitProposal(as(ctx, { mode: 'checkTx' }), change('governance', {})), undefined)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const ctx = testGovernance({ governance: { gasCosts: costing('submit_proposal', 5n) } })
    const caller = COMMON_POOL_ADDRESS
    submitProposal(as(ctx, { mode: 'checkTx', caller }), upgrade())
    assert.equal(ctx.gas.used, 0n)
    submitProposal(as(ctx, { mode: 'simulate', caller }), upgrade())
    assert.equal(ctx.gas.used, 5n)
  })

  it('is forbidden to reserved addresses, and to those who cannot pay the deposit', () => {
    const ctx = testGovernance({ balances: [[alice, 9n]] })
    assert.throws(() => submitProposal(as(ctx, { caller: COMMON_POOL_ADDRESS }), upgrade()), {
      module: 'staking',
      code: 5,
    })
    assert.throws(() => submitProposal(ctx, upgrade()), { module: 'staking', code: 3 })
    submitProposal(testGovernance({ balances: [[alice, 10n]] }), upgrade())
  })

  it('refuses a body that is none', () => {
    const { run } = methods['governance.SubmitProposal']!
    assert.throws(() => run(testGovernance(), Uint8Array.of(0x01)), invalid)
    run(testGovernance(), encode(ProposalContent, upgrade()))
  })
})

describe('governance.SubmitProposal of an upgrade', () => {
  it('refuses what is too soon', () => {
    assert.throws(() => submitProposal(testGovernance(), upgrade({ epoch: SOONEST - 1n })), tooSoon)
    submitProposal(testGovernance(), upgrade({ epoch: SOONEST }))
  })

  it('adds epochs as the reference does, beyond the largest one', () => {
    const governance = { upgradeMinEpochDiff: EPOCH_INVALID }
    // 7 − 1 epochs later is earlier.
    assert.throws(
      () => submitProposal(testGovernance({ governance }), upgrade({ epoch: 5n })),
      tooSoon,
    )
    submitProposal(testGovernance({ governance }), upgrade({ epoch: 6n }))
  })

  it('refuses what is too near to one that is to come, before and behind it', () => {
    for (const epoch of [41n, 60n, 79n])
      assert.throws(() => submitProposal(withPending(60n), upgrade({ epoch })), pending)
    for (const epoch of [40n, 80n]) submitProposal(withPending(60n), upgrade({ epoch }))
  })
})

describe('governance.SubmitProposal of a cancellation', () => {
  const cancel = (proposalId: bigint) => proposing({ cancelUpgrade: { proposalId } })

  it('needs a proposal whose upgrade is to come, and long enough before it', () => {
    assert.throws(() => submitProposal(withPending(60n), cancel(9n)), {
      module: 'governance',
      code: 5,
    })
    assert.throws(() => submitProposal(withPending(16n), cancel(4n)), tooSoon)
    assert.equal(submitProposal(withPending(17n), cancel(4n))?.id, 5n)
  })

  it('refuses what is not to come: no upgrade, or one that did not pass', () => {
    const none = { module: 'governance', code: 4 }
    const ctx = withPending(60n)
    submitProposal(ctx, cancel(4n))
    submitProposal(ctx, upgrade({ epoch: 100n }))
    assert.throws(() => submitProposal(ctx, cancel(5n)), none)
    assert.throws(() => submitProposal(ctx, cancel(6n)), none)
  })
})

describe('governance.SubmitProposal of a change of parameters', () => {
  it('asks the module that is meant, and refuses what it refuses', () => {
    const asked = () => testGovernance({ subscribers: [{ subscriptions }] })
    assert.equal(submitProposal(asked(), change('governance', { votingPeriod: 9n }))?.id, 0n)
    assert.throws(() => submitProposal(asked(), change('governance', { votingPeriod: 10n })), plain)
    assert.throws(() => submitProposal(asked(), change('governance', {})), plain)
    assert.equal(GOVERNANCE.votingPeriod, 5n)
  })

  it('refuses a module of nobody, and a network in which there is nobody to ask', () => {
    const asked = testGovernance({ subscribers: [{ subscriptions }] })
    assert.throws(() => submitProposal(asked, change('beacon', { votingPeriod: 9n })), invalid)
    assert.throws(() => submitProposal(testGovernance(), change('governance', {})), plain)
  })

  it('takes no deposit for what it refuses', () => {
    const ctx = testGovernance({ subscribers: [{ subscriptions }] })
    assert.throws(() => submitProposal(ctx, change('beacon', {})), invalid)
    assert.equal(balanceOf(ctx, alice), 100n)
    assert.deepEqual(toldBy(ctx), [])
  })
})
