/** From what an operator says of the network of runtimes to what it is made of. */

import { parseBase64 } from '@wadi/base/bytes'
import { isPeerId } from '@wadi/comet-p2p/net-address'
import type { NodeP2pConfig } from '@wadi/compose/node-p2p'
import type { SeedP2pConfig } from '@wadi/compose/seed-p2p'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import {
  type ConsensusAddress,
  type NodeAddress,
  parseNodeAddress,
} from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { nodeNames } from '@wadi/registration/names'
import { consensusAddressOf } from '@wadi/registration/own-addresses'
import { badSetting } from './nodeOptions.ts'
import type { PeerNames } from './peerNames.ts'

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
export async function p2pConfigOf(settings: Settings, names: PeerNames): Promise<NodeP2pConfig> {
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
    seeds: await peersOf('p2p.seeds', asked, names),
    persistentPeers: await peersOf(
      'p2p.connection_manager.persistent_peers',
      persistentPeers,
      names,
    ),
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

function peersOf(
  key: string,
  peers: readonly string[],
  names: PeerNames,
): Promise<readonly ConsensusAddress[]> {
  return Promise.all(
    peers.map(async (peer) => {
      const name = nameOf(peer)
      if (isPeerId(name)) throw badSetting(key, `${peer} has no key; name the key in base64`)
      const id = PublicKey.check(parseBase64(name))
      const place = { listenAddress: peer.slice(name.length + 1) }
      const later = new LaterAddress()
      const lookUp = () => consensusAddressOf(place, id, nodeNames)
      const found = await names.find({ key, peer }, lookUp, ({ address }) => later.be(address))
      return found ?? { id, address: later }
    }),
  )
}

/** An address that is none until somebody knows it: whoever dials it fails, and tries again. */
class LaterAddress implements NodeAddress {
  #address: NodeAddress = { ip: undefined, port: 0n, zone: '' }

  get ip(): NodeAddress['ip'] {
    return this.#address.ip
  }

  get port(): bigint {
    return this.#address.port
  }

  get zone(): string {
    return this.#address.zone
  }

  be(address: NodeAddress): void {
    this.#address = address
  }
}
