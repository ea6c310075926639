import { debugCalls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { withNode } from '../../connection/nodeConnection.ts'
import { unsignedOf } from '../../transaction/flagValues.ts'

const DONE = 0
const BITS = 63n

/** `debug control wait-nodes`. */
export const waitNodes = command({
  name: 'wait-nodes',
  summary: 'wait until so many nodes are registered',
  options: {
    ...connectionFlags,
    nodes: {
      kind: 'integer',
      doc: 'how many nodes',
      fallback: 1n,
      short: 'n',
      word: 'int',
    },
  },
  run({ flags }, world) {
    const count = unsignedOf('nodes', flags.nodes, BITS)
    return withNode(flags, world, async (node) => {
      await node.ask(debugCalls, 'DebugController/WaitNodesRegistered', count)
      return DONE
    })
  },
})
