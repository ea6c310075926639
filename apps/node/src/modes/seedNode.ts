import { createSeedNode } from '@wadi/compose/create-seed-node'
import { identityStatusOf } from '@wadi/compose/node-keys'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { nodeOptionsOf } from '../nodeOptions.ts'
import { seedP2pConfigOf } from '../p2pOptions.ts'
import type { ModeNode, NodeContext } from './modeNode.ts'

/** Opens a node that tells others of each other. */
export async function openSeedNode(context: NodeContext): Promise<ModeNode> {
  const { settings, dataDir, world, document, keys, stopSoon } = context
  const { disableAddrBookFromGenesis } = settings.consensus.debug
  const node = await createSeedNode({
    config: await nodeOptionsOf(settings, dataDir),
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
  const { id, api, start, stop } = node
  return { id, api, chainId: node.chainId, height: 0n, start, stop }
}
