/** `governance`: proposals and votes. */

import type { CommandGroup } from '@wadi/node-config/command'
import { genCastVote } from './genCastVote.ts'
import { genSubmitProposal } from './genSubmitProposal.ts'
import { listProposals } from './listProposals.ts'
import { proposalInfo } from './proposalInfo.ts'
import { proposalVotes } from './proposalVotes.ts'

/** See the top of this file. */
export const governanceCommands: CommandGroup = {
  name: 'governance',
  summary: 'show proposals and votes, and make transactions that propose and vote',
  shared: {},
  commands: [genSubmitProposal, genCastVote, proposalInfo, proposalVotes, listProposals],
}
