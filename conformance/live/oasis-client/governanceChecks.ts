/** What a delegator decides with the client: a proposal, a vote, and what comes of it. */

import type * as oasis from '@oasisprotocol/client'
import { expectEqual, expectThat } from './expectation.ts'
import { accountOf, type Check, type Scene } from './scene.ts'
import { takeUntil } from './streamed.ts'
import { commit, eventsOf } from './submission.ts'

/** By far more than what the validators have by themselves, each. */
const STAKE = 10n ** 12n

/** What a transfer takes once it is decided. */
export const TRANSFER_GAS = 10

/** Has stake with every validator: whose it is may vote with it. */
async function delegateToAll(scene: Scene): Promise<void> {
  const { oasis, client } = scene
  for (const { entity_id } of await client.schedulerGetValidators(0n)) {
    const account = oasis.staking.addressFromPublicKey(entity_id)
    const body = { account, amount: oasis.quantity.fromBigInt(STAKE) }
    await commit(scene, oasis.staking.addEscrowWrapper().setBody(body))
  }
}

/** Proposes what a transfer takes. */
async function propose(scene: Scene): Promise<oasis.types.longnum> {
  const { oasis, client } = scene
  const content: oasis.types.GovernanceProposalContent = {
    metadata: { title: 'Transfers take gas' },
    change_parameters: {
      module: oasis.staking.MODULE_NAME,
      changes: { gas_costs: { [oasis.staking.GAS_OP_TRANSFER]: TRANSFER_GAS } },
    },
  }
  const proposed = await commit(scene, oasis.governance.submitProposalWrapper().setBody(content))
  const [event] = eventsOf(await client.governanceGetEvents(proposed.height), proposed)
  expectEqual(event?.proposal_submitted?.submitter, accountOf(scene).address, 'who proposes')
  const { id } = event!.proposal_submitted!
  const proposal = await client.governanceProposal({ height: proposed.height, id })
  expectEqual(proposal.content, content, 'the proposal')
  expectEqual(proposal.state, oasis.governance.STATE_ACTIVE, 'its state')
  return id
}

export const governanceChecks: readonly Check[] = [
  {
    name: 'delegates, proposes and votes, and has what was decided',
    async run(scene) {
      const { oasis, client } = scene
      await delegateToAll(scene)
      const decided = takeUntil(client.governanceWatchEvents(), (events) =>
        events.some(({ proposal_finalized }) => proposal_finalized !== undefined),
      )
      const id = await propose(scene)
      const vote = { id, vote: oasis.governance.VOTE_YES }
      const voted = await commit(scene, oasis.governance.castVoteWrapper().setBody(vote))
      const voter = accountOf(scene).address
      const entry = { vote: vote.vote, voter }
      const query = { height: voted.height, id }
      expectEqual(await client.governanceVotes(query), [entry], 'votes')
      const ended = (await decided).findLast(({ proposal_finalized }) => proposal_finalized)
      expectEqual(ended?.proposal_finalized, { id, state: oasis.governance.STATE_PASSED }, 'end')
      const { gas_costs } = await client.stakingConsensusParameters(0n)
      expectThat(gas_costs !== undefined, 'something takes gas')
      expectEqual(gas_costs[oasis.staking.GAS_OP_TRANSFER], TRANSFER_GAS, 'what a transfer takes')
    },
  },
]
