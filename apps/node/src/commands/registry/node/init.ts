import { processClock, processRandom } from '@wadi/compose/process-world'
import { command } from '@wadi/node-config/command'
import { loadOrCreateNodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { ensureDataFolder, saveNodeGenesis } from '@wadi/provisioning/node-folder'
import { describeNode, signNode } from '@wadi/provisioning/node-registration'
import { checkSignerBackend } from '../../transaction/entitySigner.ts'
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
  options: nodeInitFlags,
  run(call, world) {
    checkSignerBackend(call.flags)
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
