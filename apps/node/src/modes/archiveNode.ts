import { cometNodeId } from '@wadi/compose/comet-files'
import { createArchiveNode } from '@wadi/compose/create-archive-node'
import { identityStatusOf } from '@wadi/compose/node-keys'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import type { ModeNode, NodeContext } from './modeNode.ts'

/** Opens a node that answers about the chain in its folder. */
export function openArchiveNode(context: NodeContext): ModeNode {
  const { settings, dataDir, isForTests, world, document, keys, stopSoon } = context
  const { chainId, height, api, stop } = createArchiveNode({
    dataDir,
    world,
    document,
    profile: {
      softwareVersion: SOFTWARE_VERSION,
      mode: settings.mode,
      identity: identityStatusOf(keys.identity),
      debug: { enabled: isForTests, allowRoot: settings.common.debug.allowRoot },
      shutdown: async () => stopSoon(),
    },
  })
  const id = cometNodeId(keys.p2p.publicKey)
  return { id, chainId, height, api, start: async () => undefined, stop: async () => stop() }
}
