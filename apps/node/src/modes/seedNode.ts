import { createSeedNode } from '@wadi/compose/create-seed-node'
import { identityStatusOf } from '@wadi/compose/node-keys'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { nodeOptionsOf } from '../nodeOptions.ts'
import { seedP2pConfigOf } from '../p2pOptions.ts'
import { PeerNames } from '../peerNames.ts'
import type { ModeNode, NodeContext } from './modeNode.ts'

/** Opens a node that tells others of each other. */
export async function openSeedNode(context: NodeContext): Promise<ModeNode> {
  const { settings, dataDir, world, document, keys, ending, stopSoon } = context
  const { disableAddrBookFromGenesis } = settings.consensus.debug
  const names = new PeerNames({ timers: world.timers, log: world.logger('p2p'), ending })
  // It asks the seeds in its list when it lacks addresses.
  const search = { names, dial: () => undefined }
  const node = await createSeedNode({
    config: await nodeOptionsOf(settings, dataDir, search),
    p2p: seedP2pConfigOf(settings),
    world,
    document,
    keys,
    book: disableAddrBookFromGenesis ? 'empty' : 'from-genesis',
    profile: {
      softwareVersion: SOFTWARE_VERSION,
      mode: settings.mode,
      identity: identityStatusOf(keys.identity),
      shutdown: async () => stopSoon(),
    },
  })
  const { id, api, start, chainId } = node
  const stop = () => {
    names.stop()
    return node.stop()
  }
  return { id, api, chainId, height: 0n, start, stop }
}
