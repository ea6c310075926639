import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode, make } from '@wadi/cbor/codec'
import { Proposal } from '@wadi/consensus/governance'
import { ParameterChanges } from '@wadi/consensus/governance/parameterChanges'
import { GovernanceMessage } from '@wadi/consensus/roothash/messages'
import type { Context } from '../kernel/context.ts'
import {
  delegate,
  elect,
  GOVERNANCE,
  proposing,
  testGovernance,
  upgradeAt,
} from '../testing/testGovernance.ts'
import { alice, as, costing } from '../testing/testLedger.ts'
import { createUpgrader } from '../upgrade/upgrader.ts'
import { subscriptions } from './messages.ts'
import { parametersOf, proposalOf, votesOf } from './queries.ts'
import { setClosedProposal, setPendingUpgrade } from './state.ts'

const { runtimeGovernanceMessage, validateParameterChanges, changeParameters } =
  subscriptions as Required<typeof subscriptions>

const submitProposal = proposing({ upgrade: upgradeAt(100n) })
const castVote = { id: 0n, vote: 1 }

function ask(ctx: Context, message: Partial<GovernanceMessage>) {
  return runtimeGovernanceMessage(ctx, make(GovernanceMessage, message))
}

/** Runtimes may vote, and alice, who stands for one, delegates to a validator. */
function network(): Context {
  const ctx = testGovernance({ governance: { allowVoteWithoutEntity: true } })
  elect(ctx.state, { node: 30, entity: 20 })
  delegate(ctx.state, 20, 10n, [[alice, 10n]])
  return ctx
}

describe('a governance message of a runtime', () => {
  it('makes a proposal, and is answered with it', () => {
    const ctx = network()
    const answer = ask(ctx, { submitProposal })
    assert.deepEqual(decode(Proposal, answer as Uint8Array), proposalOf(ctx.state, 0n))
  })

  it('votes, and is not answered', () => {
    const ctx = network()
    ask(ctx, { submitProposal })
    assert.equal(ask(ctx, { castVote }), undefined)
    assert.deepEqual(votesOf(ctx.state, 0n), [{ voter: alice, vote: 1 }])
  })

  it('of two wishes votes, and of none is refused', () => {
    const ctx = network()
    ask(ctx, { submitProposal })
    assert.equal(ask(ctx, { castVote, submitProposal }), undefined)
    assert.equal(proposalOf(ctx.state, 1n), undefined)
    assert.throws(() => ask(ctx, {}), { module: 'governance', code: 1 })
  })

  it('when simulated uses gas and is not answered', () => {
    const gasCosts = costing('submit_proposal', 5n)
    const ctx = as(testGovernance({ governance: { gasCosts } }), { mode: 'simulate' })
    assert.equal(ask(ctx, { submitProposal }), undefined)
    assert.equal(ctx.gas.used, 5n)
  })
})

describe('changes of governance’s own parameters', () => {
  const proposal = (changes: Partial<ParameterChanges>, module = 'governance') => ({
    module,
    changes: encode(ParameterChanges, make(ParameterChanges, changes)),
  })
  const plain = { module: 'unknown', code: 1 }

  it('are written only when they are to be', () => {
    const ctx = testGovernance()
    const every: ParameterChanges = {
      gasCosts: costing('cast_vote', 9n),
      minProposalDeposit: 11n as ParameterChanges['minProposalDeposit'],
      votingPeriod: 6n,
      stakeThreshold: 90,
      upgradeMinEpochDiff: 21n,
      upgradeCancelMinEpochDiff: 12n,
      enableChangeParametersProposal: false,
    }
    assert.equal(validateParameterChanges(ctx, proposal(every)), 'understood')
    assert.deepEqual(parametersOf(ctx.state), GOVERNANCE)
    assert.equal(changeParameters(ctx, proposal(every)), 'understood')
    const { gasCosts, ...others } = parametersOf(ctx.state)
    assert.deepEqual([...gasCosts], [['cast_vote', 9n]])
    assert.deepEqual({ ...others, gasCosts: every.gasCosts }, { ...GOVERNANCE, ...every })
  })

  it('are not looked at if they are for another module', () => {
    assert.equal(changeParameters(testGovernance(), proposal({}, 'staking')), undefined)
  })

  it('are refused without a code if a minority or an early upgrade would be possible', () => {
    const bad: readonly (readonly [Partial<ParameterChanges>, reason: string])[] = [
      [{}, 'parameterChanges.empty'],
      [{ stakeThreshold: 66 }, 'governanceParameters.stakeThresholdTooSmall'],
      [{ stakeThreshold: 101 }, 'governanceParameters.stakeThresholdTooLarge'],
      [{ votingPeriod: 10n }, 'governanceParameters.votingPeriodOfCancellation'],
      [{ votingPeriod: 20n }, 'governanceParameters.votingPeriodOfUpgrade'],
      [{ upgradeMinEpochDiff: 5n }, 'governanceParameters.votingPeriodOfUpgrade'],
      [{ upgradeCancelMinEpochDiff: 5n }, 'governanceParameters.votingPeriodOfCancellation'],
    ]
    for (const [changes, reason] of bad)
      assert.throws(() => changeParameters(testGovernance(), proposal(changes)), {
        ...plain,
        reason,
      })
    const good: readonly Partial<ParameterChanges>[] = [
      { stakeThreshold: 67 },
      { stakeThreshold: 100 },
      { votingPeriod: 9n },
      { upgradeMinEpochDiff: 6n },
      { upgradeCancelMinEpochDiff: 6n },
    ]
    for (const changes of good) changeParameters(testGovernance(), proposal(changes))
  })
})

describe('a state that others have sent', () => {
  it('tells the node of the upgrades that are to come, if it can do any', () => {
    const { stateSyncCompleted } = subscriptions as Required<typeof subscriptions>
    const ctx = testGovernance()
    const upgrade = upgradeAt(100n)
    setClosedProposal(ctx.state, make(Proposal, { id: 3n, content: proposing({ upgrade }) }))
    setPendingUpgrade(ctx.state, 100n, 3n)
    const upgrader = createUpgrader()
    assert.equal(stateSyncCompleted(ctx, undefined), undefined)
    stateSyncCompleted({ ...ctx, chain: { ...ctx.chain, upgrader } }, undefined)
    assert.deepEqual(
      upgrader.pending.map(({ descriptor }) => descriptor),
      [upgrade],
    )
  })
})
