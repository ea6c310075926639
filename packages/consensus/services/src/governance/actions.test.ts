import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ProposalState } from '@wadi/consensus/governance'
import { proposing, testGovernance, upgradeAt } from '../testing/testGovernance.ts'
import { createUpgrader } from '../upgrade/upgrader.ts'
import { announcePendingUpgrades } from './actions.ts'
import { setClosedProposal, setPendingUpgrade } from './state.ts'
import { submitProposal } from './transactions/submitProposal.ts'

describe('announcePendingUpgrades', () => {
  it('tells a node of all upgrades that are to come, also of those that it knows', () => {
    const { state, ...rest } = testGovernance()
    for (const epoch of [100n, 200n]) {
      const content = proposing({ upgrade: upgradeAt(epoch) })
      const proposal = submitProposal({ ...rest, state }, content)!
      setClosedProposal(state, { ...proposal, state: ProposalState.names.passed })
      setPendingUpgrade(state, epoch, proposal.id)
    }
    const upgrader = createUpgrader()
    upgrader.submitDescriptor(upgradeAt(200n))
    announcePendingUpgrades(upgrader, state)
    assert.deepEqual(
      upgrader.pending.map(({ descriptor }) => descriptor.epoch),
      [200n, 100n],
    )
  })
})
