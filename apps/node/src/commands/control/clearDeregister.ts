import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { forgetDeregistration } from '@wadi/registration/deregistration-file'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { findStoppedNode } from '../storage/stoppedNode.ts'

const DONE = 0

/** `control clear-deregister`: a node that was to leave may stay, when it starts again. */
export const clearDeregister = command({
  name: 'clear-deregister',
  summary: 'let a node register again that was told not to',
  // COMPAT(oasis-core): takes the flags of a connection and never uses them.
  options: { ...persistentFlags, ...connectionFlags },
  async run(call, world) {
    const { dataDir } = await findStoppedNode(call, world)
    forgetDeregistration(nodeFiles, dataDir)
    return DONE
  },
})
