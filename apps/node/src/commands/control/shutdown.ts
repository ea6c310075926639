import { calls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { addressFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'

const DONE = 0

/** `control shutdown`. Here `--wait` is about the shutdown, not about the socket. */
export const shutdown = command({
  name: 'shutdown',
  summary: 'ask the node to end with the epoch, when it is registered no more',
  options: {
    ...addressFlags,
    wait: {
      kind: 'boolean',
      doc: 'wait for the node to finish shutdown',
      fallback: false,
      short: 'w',
    },
  },
  run: ({ flags }, world) =>
    withNode({ ...flags, wait: false }, world, async (node) => {
      await node.ask(calls, 'NodeController/RequestShutdown', flags.wait)
      return DONE
    }),
})
