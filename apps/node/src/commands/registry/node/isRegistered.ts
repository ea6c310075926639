import { equalBytes } from '@wadi/base/bytes'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { calls } from '@wadi/consensus/registry/api'
import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { loadNodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { withNode } from '../../connection/nodeConnection.ts'
import { configuredFolder } from './configuredFolder.ts'

const YES = 0
const NO = 1

/** `registry node is-registered`: is the node of this folder known to the network? */
export const isRegistered = command({
  name: 'is-registered',
  summary: 'exit with 0 if the node is registered, with 1 if not',
  details: [
    'It is about the node whose keys are in the data folder of the configuration (common.data_dir,',
    'or the current folder); the one of --address is asked, which may be the same.',
  ],
  examples: [
    'wadi-node registry node is-registered --config node.yaml -a unix:/node/data/internal.sock',
  ],
  options: { ...connectionFlags, config: persistentFlags.config },
  run(call, world) {
    const dataDir = configuredFolder(call, world)
    const nowMs = processClock.unixMs()
    const { node: own } = loadNodeIdentity({ dataDir, random: processRandom, nowMs })
    return withNode(call.flags, world, async (asked) => {
      const nodes = await asked.ask(calls, 'Registry/GetNodes', 0n)
      const isThere = nodes.some(({ id }) => equalBytes(id, own.publicKey))
      world.out.write(isThere ? 'node is registered\n' : 'node is not registered\n')
      return isThere ? YES : NO
    })
  },
})
