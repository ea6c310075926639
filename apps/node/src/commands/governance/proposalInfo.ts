import { proposalCommand } from './proposalCommand.ts'

/** `governance proposal_info`. */
export const proposalInfo = proposalCommand({
  name: 'proposal_info',
  summary: 'show a proposal',
  examples: ['wadi-node governance proposal_info --proposal.id 1'],
  call: 'Governance/Proposal',
})
