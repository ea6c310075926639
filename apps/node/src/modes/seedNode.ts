import { createSeedNode } from '@wadi/compose/create-seed-node'
import { identityStatusOf } from '@wadi/compose/node-keys'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { nodeOptionsOf } from '../nodeOptions.ts'
import type { ModeNode, NodeContext } from './modeNode.ts'

/** Opens a node that tells others of each other. */
export async function openSeedNode(context: NodeContext): Promise<ModeNode> {
  const { settings, dataDir, world, document, keys, stopSoon } = context
  const { disableAddrBookFromGenesis } = settings.consensus.debug
  const node = createSeedNode({
    config: await nodeOptionsOf(settings, dataDir),
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
  return { id, api, chainId: node.chainId, height: 0n, start, stop: async () => stop() }
}
