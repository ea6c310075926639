/** From what an operator says of the network of runtimes to what it is made of. */

import { parseBase64 } from '@wadi/base/bytes'
import { isPeerId } from '@wadi/comet-p2p/net-address'
import type { NodeP2pConfig } from '@wadi/compose/node-p2p'
import type { SeedP2pConfig } from '@wadi/compose/seed-p2p'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import { type ConsensusAddress, parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { nodeNames } from '@wadi/registration/names'
import { consensusAddressOf } from '@wadi/registration/own-addresses'
import { badSetting, lookedUp } from './nodeOptions.ts'

const EVERYWHERE = '0.0.0.0'

function hostOf({ p2p: { port, connectionManager, connectionGater } }: Settings) {
  return {
    listen: { host: EVERYWHERE, port },
    blockedIps: connectionGater.blockedPeers,
    peersMax: connectionManager.maxNumPeers,
    graceMs: connectionManager.peerGracePeriod,
  }
}

/** Of a node. Names of hosts are looked up. */
export async function p2pConfigOf(settings: Settings): Promise<NodeP2pConfig> {
  const { discovery, registration, gossipsub, connectionManager, seeds } = settings.p2p
  const { enable, retentionPeriod } = discovery.bootstrap
  const { validateConcurrency: perTopic, validateThrottle: all } = gossipsub
  const { persistentPeers } = connectionManager
  // COMPAT(oasis-core): one list names the seeds of both networks; those that are named as CometBFT
  // names them are no seeds of this one.
  const asked = enable ? seeds.filter((seed) => !isPeerId(nameOf(seed))) : []
  return {
    ...hostOf(settings),
    registered: registration.addresses.map(parseNodeAddress),
    seeds: await peersOf('p2p.seeds', asked),
    persistentPeers: await peersOf('p2p.connection_manager.persistent_peers', persistentPeers),
    judgedMax: { perTopic, all },
    discoveredMs: retentionPeriod,
  }
}

/** Of a seed; undefined if nobody is to find others through it. */
export function seedP2pConfigOf(settings: Settings): SeedP2pConfig | undefined {
  const { enable, allowPrivateIps } = settings.p2p.discovery.bootstrap
  if (!enable) return undefined
  const { blockedIps, ...host } = hostOf(settings)
  return { ...host, blockedIps: new Set(blockedIps), reach: allowPrivateIps ? 'any' : 'routable' }
}

const nameOf = (peer: string) => peer.split('@', 1)[0] ?? ''

function peersOf(path: string, peers: readonly string[]): Promise<readonly ConsensusAddress[]> {
  return Promise.all(
    peers.map((peer) => {
      const name = nameOf(peer)
      if (isPeerId(name)) throw badSetting(path, `${peer} has no key; name the key in base64`)
      const id = PublicKey.check(parseBase64(name))
      const place = { listenAddress: peer.slice(name.length + 1) }
      return lookedUp(path, () => consensusAddressOf(place, id, nodeNames))
    }),
  )
}
