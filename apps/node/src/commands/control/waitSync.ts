import { calls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'

const DONE = 0

/** `control wait-sync`: ends when the node is where its peers are. */
export const waitSync = command({
  name: 'wait-sync',
  summary: 'wait until the node has caught up with the network',
  options: connectionFlags,
  run: ({ flags }, world) =>
    withNode(flags, world, async (node) => {
      await node.ask(calls, 'NodeController/WaitSync')
      return DONE
    }),
})
