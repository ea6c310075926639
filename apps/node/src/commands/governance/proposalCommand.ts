import { calls } from '@wadi/consensus/governance/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { printAnswer } from '../connection/printAnswer.ts'
import { proposalIdFlag, proposalIdOf } from './proposalFlags.ts'

const DONE = 0
const LAST = 0n

/** What a command is called, and the call about one proposal that it prints the answer of. */
export interface ProposalQuestion {
  readonly name: string
  readonly summary: string
  readonly examples?: readonly string[]
  readonly call: 'Governance/Proposal' | 'Governance/Votes'
}

/** A command that asks about one proposal. */
export function proposalCommand({ call, ...rest }: ProposalQuestion) {
  return command({
    ...rest,
    options: { ...connectionFlags, ...proposalIdFlag },
    run({ flags }, world) {
      const query = { height: LAST, id: proposalIdOf('proposal.id', flags['proposal.id']) }
      return withNode(flags, world, async (node) => {
        world.out.write(printAnswer(calls, call, await node.ask(calls, call, query)))
        return DONE
      })
    },
  })
}
