import { proposalCommand } from './proposalCommand.ts'

/** `governance proposal_info`. */
export const proposalInfo = proposalCommand({
  name: 'proposal_info',
  summary: 'displays proposal info',
  call: 'Governance/Proposal',
})
