/** What governance answers. */

import { calls } from '@wadi/consensus/governance/api'
import { errors } from '@wadi/consensus/governance/errors'
import { Event } from '@wadi/consensus/governance/events'
import { type ApiMethods, answering } from '../kernel/api.ts'
import { eventReader, eventsOfBlock } from '../kernel/apiEvents.ts'
import { exportGenesis } from './genesis.ts'
import {
  activeProposalsOf,
  parametersOf,
  pendingUpgradesOf,
  proposalOf,
  proposalsOf,
  votesOf,
} from './queries.ts'

/** Governance's events, as calls answer them. */
export const readEvents = eventReader('oasis_event_300_governance', Event, {
  proposal_submitted: (proposalSubmitted) => ({ proposalSubmitted }),
  proposal_executed: (proposalExecuted) => ({ proposalExecuted }),
  proposal_finalized: (proposalFinalized) => ({ proposalFinalized }),
  vote: (vote) => ({ vote }),
})

export const methods: ApiMethods = answering(calls, {
  'Governance/ActiveProposals': ({ state }) => activeProposalsOf(state),
  'Governance/Proposals': ({ state }) => proposalsOf(state),
  'Governance/Proposal': ({ state }, { id }) => {
    const proposal = proposalOf(state, id)
    if (proposal === undefined) throw errors.noSuchProposal()
    return proposal
  },
  'Governance/Votes': ({ state }, { id }) => votesOf(state, id),
  'Governance/PendingUpgrades': ({ state }) => pendingUpgradesOf(state),
  'Governance/StateToGenesis': ({ state }) => exportGenesis(state),
  'Governance/ConsensusParameters': ({ state }) => parametersOf(state),
  'Governance/GetEvents': ({ block, height }) => eventsOfBlock(readEvents, block, height),
})
