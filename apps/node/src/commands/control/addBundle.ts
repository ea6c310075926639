import { calls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { onlyOperand } from '../transaction/operand.ts'

const DONE = 0

/** `control add-bundle`: the path is the node's to read. */
export const addBundle = command({
  name: 'add-bundle',
  summary: 'add what is in a bundle of a runtime',
  details: [
    '<path> is where the node, not this command, finds the bundle: another version of a runtime that it',
    'runs, which begins when it is due. Name it in runtime.paths, too: a node that starts again has only',
    'what stands there. A node without runtimes refuses it, and so does a key manager.',
  ],
  examples: ['wadi-node control add-bundle /node/runtime.orc'],
  operands: '<path>',
  options: connectionFlags,
  run({ flags, operands }, world) {
    const path = onlyOperand(operands, 'the path of a bundle')
    return withNode(flags, world, async (node) => {
      await node.ask(calls, 'NodeController/AddBundle', path)
      return DONE
    })
  },
})
