import { proposalCommand } from './proposalCommand.ts'

/** `governance proposal_votes`. */
export const proposalVotes = proposalCommand({
  name: 'proposal_votes',
  summary: 'displays votes for a proposal',
  call: 'Governance/Votes',
})
