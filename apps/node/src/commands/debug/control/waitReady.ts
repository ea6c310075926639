import { calls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { withNode } from '../../connection/nodeConnection.ts'

const DONE = 0

/** `debug control wait-ready`: until the node is synced, and its runtimes can take work. */
export const waitReady = command({
  name: 'wait-ready',
  summary: 'wait until the node is ready',
  options: connectionFlags,
  run: ({ flags }, world) =>
    withNode(flags, world, async (node) => {
      await node.ask(calls, 'NodeController/WaitReady')
      return DONE
    }),
})
