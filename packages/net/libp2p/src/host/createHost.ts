/** A host of libp2p as the reference configures its own. */

import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { UnavailableError } from '@wadi/base/errors'
import type { Ed25519Provider } from '@wadi/crypto/ed25519/provider'
import type { Signer } from '@wadi/crypto/signature/signer'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import { gossipOptions, type KnownTopics } from '../gossip/gossipOptions.ts'
import { boundFrames } from '../gossip/splitFrames.ts'
import {
  ARRIVALS_PER_IP_PER_SECOND_MAX,
  EARLY_STREAMS_MAX,
  HANDSHAKES_MAX,
  OPEN_MS_MAX,
  PEERS_DELTA,
  PING_MS,
  PONG_MS_MAX,
  STREAMS_PER_PEER_MAX,
} from '../limits.ts'
import type { Gate } from './gate.ts'
import { checkSignaturesWith, privateKeyOf } from './oasisKeys.ts'
import { silentLogger } from './silentLogger.ts'

/** Where somebody listens. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** What a host is made of. */
export interface HostOptions {
  /** The node's P2P key. */
  readonly signer: Signer
  readonly provider: Ed25519Provider
  /** Where to listen; undefined: nobody can dial this node. */
  readonly listen: Endpoint | undefined
  /** What others are told about the program. */
  readonly userAgent: string
  readonly peersMax: number
  readonly gate: Gate
}

function libraryOptions(options: HostOptions): Libp2pOptions {
  const { listen, gate, peersMax } = options
  const family = listen?.host.includes(':') ? 'ip6' : 'ip4'
  const addresses = listen === undefined ? [] : [`/${family}/${listen.host}/tcp/${listen.port}`]
  return {
    start: false,
    privateKey: privateKeyOf(options.signer),
    nodeInfo: { userAgent: options.userAgent },
    logger: silentLogger,
    addresses: { listen: addresses },
    transports: [tcp({ maxConnections: 3 * (peersMax + PEERS_DELTA) })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({ maxInboundStreams: STREAMS_PER_PEER_MAX, maxEarlyStreams: EARLY_STREAMS_MAX }),
    ],
    connectionGater: gate.gater,
    connectionManager: {
      // Before that, somebody who is worth less leaves for whoever comes.
      maxConnections: 2 * (peersMax + PEERS_DELTA),
      maxIncomingPendingConnections: HANDSHAKES_MAX,
      inboundConnectionThreshold: ARRIVALS_PER_IP_PER_SECOND_MAX,
      inboundUpgradeTimeout: OPEN_MS_MAX,
      dialTimeout: OPEN_MS_MAX,
      // No names are looked up, whoever tells them.
      resolvers: {},
    },
    connectionMonitor: { pingInterval: PING_MS, pingTimeout: { minTimeout: PONG_MS_MAX } },
  }
}

/** A host without gossip, as seeds are, that does not run yet. */
export function createHost(options: HostOptions): Promise<Libp2p> {
  checkSignaturesWith(options.provider)
  const services = { identify: identify(), identifyPush: identifyPush() }
  return createLibp2p({ ...libraryOptions(options), services })
}

/** A host with the services of a node. */
export type GossipHost = Libp2p<{ gossip: GossipSub }>

/** A host with gossip that does not run yet. */
export async function createGossipHost(
  options: HostOptions,
  topics: KnownTopics,
): Promise<GossipHost> {
  checkSignaturesWith(options.provider)
  const host = await createLibp2p({
    ...libraryOptions(options),
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      gossip: gossipsub(gossipOptions(topics)),
    },
  })
  boundFrames(host.services.gossip)
  return host
}

/** Why a host does not listen, in a word: the library wraps it in a text of many lines. */
const SYSTEM_CODE = /\bE[A-Z]{3,}\b/

/** Begins to listen. Throws if the port is taken. */
export async function startHost(host: Libp2p, listen: Endpoint | undefined): Promise<void> {
  try {
    await host.start()
  } catch (cause) {
    const code = SYSTEM_CODE.exec(String(cause))?.[0]
    if (listen === undefined || code === undefined) throw cause
    const why = `libp2p: cannot listen at ${listen.host}:${listen.port}: ${code}`
    throw new UnavailableError('libp2p.listen', why, { cause })
  }
}
