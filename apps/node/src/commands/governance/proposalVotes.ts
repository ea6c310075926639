import { calls } from '@wadi/consensus/governance/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { printAnswer } from '../connection/printAnswer.ts'
import { proposalIdFlag, proposalIdOf } from './proposalFlags.ts'

const DONE = 0
const LAST = 0n
const CALL = 'Governance/Votes'

/** `governance proposal_votes`. */
export const proposalVotes = command({
  name: 'proposal_votes',
  summary: 'displays votes for a proposal',
  options: { ...connectionFlags, ...proposalIdFlag },
  run({ flags }, world) {
    const query = { height: LAST, id: proposalIdOf('proposal.id', flags['proposal.id']) }
    return withNode(flags, world, async (node) => {
      world.out.write(printAnswer(calls, CALL, await node.ask(calls, CALL, query)))
      return DONE
    })
  },
})
