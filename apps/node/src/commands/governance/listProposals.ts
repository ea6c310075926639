import { calls } from '@wadi/consensus/governance/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { printAnswer } from '../connection/printAnswer.ts'

const DONE = 0
const LAST = 0n

/** `governance list_proposals`. */
export const listProposals = command({
  name: 'list_proposals',
  summary: 'list the proposals on which one can vote',
  options: {
    ...connectionFlags,
    include_closed: { kind: 'boolean', doc: 'list those that are closed, too', fallback: false },
  },
  run: ({ flags }, world) =>
    withNode(flags, world, async (node) => {
      const name = flags.include_closed ? 'Governance/Proposals' : 'Governance/ActiveProposals'
      world.out.write(printAnswer(calls, name, await node.ask(calls, name, LAST)))
      return DONE
    }),
})
