import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Proposal, ProposalState, Vote } from '@wadi/consensus/governance'
import { proposing, testGovernance, upgradeAt } from '../testing/testGovernance.ts'
import { alice, bob } from '../testing/testLedger.ts'
import { ask, testView } from '../testing/testView.ts'
import { setActiveProposal, setPendingUpgrade, setProposal, setVote } from './state.ts'

const upgrade = upgradeAt(100n)
const open = make(Proposal, { id: 3n, state: ProposalState.names.active, closesAt: 9n })
const passed = make(Proposal, {
  id: 2n,
  state: ProposalState.names.passed,
  content: proposing({ upgrade }),
})

describe('governance, asked', () => {
  const { state } = testGovernance()
  setActiveProposal(state, open)
  setProposal(state, passed)
  setPendingUpgrade(state, upgrade.epoch, passed.id)
  setVote(state, open.id, bob, Vote.names.yes)
  setVote(state, open.id, alice, Vote.names.no)
  const view = testView(state)
  const of = (id: bigint) => ({ height: 0n, id })

  it('tells proposals: all by number, the open ones, and one', () => {
    assert.deepEqual(ask(view, 'Governance/Proposals', 0n), [passed, open])
    assert.deepEqual(ask(view, 'Governance/ActiveProposals', 0n), [open])
    assert.deepEqual(ask(view, 'Governance/Proposal', of(3n)), open)
    assert.throws(() => ask(view, 'Governance/Proposal', of(4n)), {
      module: 'governance',
      code: 5,
      message: 'governance: no such proposal',
    })
  })

  it('tells votes by address; none for what nobody has proposed', () => {
    const voters = [alice, bob].sort((a, b) => Buffer.compare(a, b))
    const votes = ask(view, 'Governance/Votes', of(3n)) as readonly { voter: unknown }[]
    assert.deepEqual(
      votes.map(({ voter }) => voter),
      voters,
    )
    assert.deepEqual(ask(view, 'Governance/Votes', of(4n)), [])
  })

  it('tells the upgrades to come', () => {
    assert.deepEqual(ask(view, 'Governance/PendingUpgrades', 0n), [upgrade])
  })
})
