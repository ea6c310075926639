import { cometNodeId } from '@wadi/compose/comet-files'
import { createArchiveNode } from '@wadi/compose/create-archive-node'
import { identityStatusOf } from '@wadi/compose/node-keys'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { runtimesConfigOf } from '../runtimesOptions.ts'
import type { ModeNode, NodeContext } from './modeNode.ts'

/** Opens a node that answers about the chain in its folder. */
export function openArchiveNode(context: NodeContext): ModeNode {
  const { settings, dataDir, isForTests, world, document, keys, stopSoon, onFatal } = context
  const { chainId, height, api, start, stop } = createArchiveNode({
    dataDir,
    world,
    document,
    runtimes: runtimesConfigOf(settings, dataDir),
    onFatal,
    profile: {
      softwareVersion: SOFTWARE_VERSION,
      mode: settings.mode,
      identity: identityStatusOf(keys.identity),
      debug: { enabled: isForTests, allowRoot: settings.common.debug.allowRoot },
      shutdown: async () => stopSoon(),
    },
  })
  const id = cometNodeId(keys.p2p.publicKey)
  return { id, chainId, height, api, start, stop }
}
