import { majorityAt } from './heightVotes.ts'
import type { RoundState } from './roundState.ts'

/** Are the proposal and its block here, and the polka that it refers to? */
export function isProposalComplete({ proposal, proposalBlock, votes }: RoundState): boolean {
  if (proposal === undefined || proposalBlock === undefined) return false
  // COMPAT(cometbft): a polka for whatever block will do; the lock decides what is prevoted.
  return proposal.polRound < 0 || majorityAt(votes, proposal.polRound, 'prevote') !== undefined
}
