import { proposalCommand } from './proposalCommand.ts'

/** `governance proposal_votes`. */
export const proposalVotes = proposalCommand({
  name: 'proposal_votes',
  summary: 'show who voted how on a proposal',
  examples: ['wadi-node governance proposal_votes --proposal.id 1'],
  call: 'Governance/Votes',
})
