/**
 * A node that keeps no state: it answers what others say, and believes nothing of it but what
 * follows from headers that it has verified. Named nodes show the state and the transactions; they
 * and peers of the network of runtimes show the headers.
 */

import { parseHex } from '@wadi/base/bytes'
import { identityStatusOf } from '@wadi/compose/node-keys'
import { openNodeP2p } from '@wadi/compose/node-p2p'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { chainContextOf, cometChainId } from '@wadi/consensus/genesis/document'
import { printPeerId } from '@wadi/primitives/peerId'
import { createLightNode } from '@wadi/sdk/light-node'
import type { TrustedPoint } from '@wadi/tendermint/light/lightClient'
import { channelTo } from '../../lightBlocks.ts'
import { badSetting } from '../../nodeOptions.ts'
import { p2pConfigOf } from '../../p2pOptions.ts'
import { PeerNames } from '../../peerNames.ts'
import type { ModeNode, NodeContext } from '../modeNode.ts'
import { BlockFollower } from './blockFollower.ts'
import { peerTransport } from './peerTransport.ts'
import { createStatelessApi } from './statelessApi.ts'
import { openTrustFile, type TrustFile } from './trustFile.ts'

/** What is known of the chain: what the operator says, or what was verified since. */
function trustOf({ settings }: NodeContext, file: TrustFile): TrustedPoint {
  const { height, hash } = settings.consensus.lightClient.trust
  if (hash === undefined)
    throw badSetting('consensus.light_client.trust.hash', 'is not set; name a block of the chain')
  const known = file.load()
  return known !== undefined && known.height > height ? known : { height, hash: parseHex(hash) }
}

/** Opens a node without a state of its own. */
export async function openStatelessNode(context: NodeContext): Promise<ModeNode> {
  const { settings, dataDir, isForTests, world, document, keys, ending } = context
  const { stopSoon, onFatal } = context
  const { identity } = keys
  const { providers: names, lightClient } = settings.consensus
  const file = openTrustFile(world.files, dataDir)
  const trust = trustOf(context, file)
  const peerNames = new PeerNames({ timers: world.timers, log: world.logger('p2p'), ending })
  const config = await p2pConfigOf(settings, peerNames)
  const p2p = await openNodeP2p({ config, dataDir, world, document, identity, onFatal })
  const channels = names.map((name) => channelTo(name, world))
  const chainContext = chainContextOf(document)
  const log = world.logger('light')
  const light = createLightNode({
    transports: [...channels, ...p2p.lightBlocks.map(peerTransport)],
    chainContext,
    trust,
    trustPeriodMs: lightClient.trust.period,
    clock: world.clock,
    timers: world.timers,
    onBad: (number, why) =>
      log.debug('somebody gave nothing that is of the chain', {
        from: names[number] ?? 'peer',
        why,
      }),
  })
  const follower = new BlockFollower({ light, file, timers: world.timers, log })
  const api = createStatelessApi({
    light,
    follower,
    document,
    provider: channels[0]!,
    p2p,
    facts: {
      softwareVersion: SOFTWARE_VERSION,
      mode: settings.mode,
      identity: identityStatusOf(identity),
      debug: { enabled: isForTests, allowRoot: settings.common.debug.allowRoot },
    },
    shutdown: stopSoon,
  })
  return {
    id: printPeerId(p2p.status.peerId),
    chainId: cometChainId(chainContext),
    height: trust.height,
    api,
    start: async () => {
      await p2p.start()
      follower.start()
    },
    stop: async () => {
      peerNames.stop()
      follower.stop()
      for (const channel of channels) channel.close()
      await p2p.stop()
    },
  }
}
