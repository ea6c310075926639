import { processClock, processRandom } from '@wadi/compose/process-world'
import { command } from '@wadi/node-config/command'
import { loadOrCreateNodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { ensureDataFolder, saveNodeGenesis } from '@wadi/provisioning/node-folder'
import { describeNode, signNode } from '@wadi/provisioning/node-registration'
import { NODE_ROLES, requireFiles } from '../../signing/keyPlace.ts'
import { configuredFolder } from './configuredFolder.ts'
import { nodeDescriptionOf, nodeInitFlags } from './initFlags.ts'

const DONE = 0

/**
 * `registry node init`: the keys of a node that are missing, and its descriptor signed for a
 * genesis document.
 */
export const init = command<typeof nodeInitFlags>({
  name: 'init',
  summary: 'make a node and its descriptor',
  details: [
    'In the data folder of the configuration (common.data_dir, or the current folder) it makes the',
    'keys of the node that are missing, and writes its descriptor, signed for a genesis document,',
    'into node_genesis.json. Flags that are needed say so.',
  ],
  examples: [
    'wadi-node registry node init --config node.yaml --node.entity_id JTUtHd4XYQjh//e6eYU7Pa/XMFG88WE+jixvceIfWrk= --node.role validator --node.consensus_address 203.0.113.7:26656 --node.p2p_address 203.0.113.7:9200 --node.expiration 2',
  ],
  options: nodeInitFlags,
  run(call, world) {
    requireFiles(call.flags, NODE_ROLES)
    const description = nodeDescriptionOf(call.flags)
    const dataDir = configuredFolder(call, world)
    ensureDataFolder(dataDir, process.geteuid?.())
    const nowMs = processClock.unixMs()
    const identity = loadOrCreateNodeIdentity({ dataDir, random: processRandom, nowMs })
    const signed = signNode(identity, describeNode(identity, description))
    saveNodeGenesis(nodeFiles, dataDir, signed)
    return DONE
  },
})
