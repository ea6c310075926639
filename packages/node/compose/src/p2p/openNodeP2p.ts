/**
 * The network of the runtimes in a node: libp2p as the node's configuration says. It is there in
 * every mode but `archive`, with runtimes or without, as in the reference: others ask every node
 * for light blocks.
 *
 *     const p2p = await openNodeP2p({ config, world, dataDir, keys, document, onFatal })
 *     // Topics, services and questions by the contract, before or after it starts.
 *     const worker = new RuntimeWorker({ network: p2p.network, … })
 *     const node = createNode({ …, lightBlocks: p2p.lightBlocks })
 *     p2p.follow(node.api) // light blocks are served, and the registry says who is who
 *     p2p.keepRuntime(id) // its committee and its key manager stay connected
 *     await p2p.start() // others can connect; before the node, which may ask for light blocks
 *     await node.start()
 *     node.stop()
 *     await p2p.stop()
 */

import type { PeersStatus } from '@wadi/consensus/control'
import { chainContextOf, type GenesisDocument } from '@wadi/consensus/genesis/document'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { LightBlockProvider } from '@wadi/engine/state-sync'
import type { Libp2pNetwork, Libp2pOptions } from '@wadi/libp2p/network'
import { printKeyName } from '@wadi/libp2p/peer-info'
import { serveLight } from '@wadi/libp2p/serve-light'
import type { NodeApi } from '@wadi/node-api/node-api'
import type { NodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import type { Namespace } from '@wadi/primitives/namespace'
import type { NodeAddress } from '@wadi/primitives/nodeAddress'
import { parsePeerId } from '@wadi/primitives/peerId'
import { reachableOf } from '@wadi/registration/own-addresses'
import type { NodeWorld } from '../createNode.ts'
import { lightSourceOf } from '../light/lightSource.ts'
import { PeerLightBlocks } from '../light/peerLightBlocks.ts'
import { USER_AGENT } from '../softwareVersion.ts'
import { openBookFile } from './bookFile.ts'
import { ChainWatch } from './chainWatch.ts'
import { PeerTable } from './peerTable.ts'

/** What an operator chooses. */
export interface NodeP2pConfig
  extends Pick<
    Libp2pOptions,
    | 'listen'
    | 'seeds'
    | 'persistentPeers'
    | 'blockedIps'
    | 'peersMax'
    | 'graceMs'
    | 'judgedMax'
    | 'discoveredMs'
  > {
  /** What others are told of where it listens; if nothing, what it finds out by itself. */
  readonly registered?: readonly NodeAddress[]
}

/** What it is made of. */
export interface NodeP2pOptions {
  readonly config: NodeP2pConfig
  readonly world: NodeWorld
  readonly dataDir: string
  readonly document: GenesisDocument
  readonly identity: Pick<NodeIdentity, 'p2p'>
  readonly onFatal: (error: unknown) => void
}

/** See the top of this file. */
export interface NodeP2p {
  readonly network: RuntimeNetwork
  /** Where others reach it, once it has started: what the node registers. */
  readonly addresses: readonly NodeAddress[]
  readonly status: PeersStatus
  /** Peers who are asked for light blocks: each somebody else. */
  readonly lightBlocks: readonly LightBlockProvider[]
  /** What those are called who are asked at the time. */
  readonly lightPeers: readonly string[]
  /** Answers when others can connect. */
  start(): Promise<void>
  /** The node that answers, and says what is in the registry; once, and only if it has a state. */
  follow(node: Pick<NodeApi, 'methods' | 'watch'>): void
  /** The committee and the key manager of a runtime stay connected when there are many peers. */
  keepRuntime(runtimeId: Namespace): void
  stop(): Promise<void>
}

/** Makes a network that does not run yet. */
export async function openNodeP2p(options: NodeP2pOptions): Promise<NodeP2p> {
  const { config, world, dataDir, document, identity, onFatal } = options
  // It is much, and what only plays chains again or makes files does without.
  const { Libp2pNetwork } = await import('@wadi/libp2p/network')
  const { registered = [], ...chosen } = config
  const log = world.logger('libp2p')
  const chainContext = chainContextOf(document)
  const network = await Libp2pNetwork.create({
    ...chosen,
    ...chainTermsOf(document).signatures,
    world: { ...world, log },
    signer: identity.p2p,
    chainContext,
    userAgent: USER_AGENT,
    book: openBookFile({ files: world.files, dataDir, of: 'node' }),
  })
  const { clock, timers } = world
  const light = new PeerLightBlocks({ network, chainContext, clock, timers, log })
  const table = new PeerTable(network)
  const isOpen = document.registry.params.debugAllowUnroutableAddresses === true
  const addresses = () => {
    const told = registered.length > 0 ? registered : network.addresses
    return reachableOf(told, isOpen ? 'any' : 'routable')
  }
  let watch: ChainWatch | undefined
  return {
    network,
    get addresses() {
      return addresses()
    },
    get status() {
      return statusOf(network, addresses())
    },
    lightBlocks: light.providers,
    get lightPeers() {
      return light.asked.map(printKeyName)
    },
    start: () => network.start(),
    follow: (node) => {
      serveLight(network, chainContext, lightSourceOf(node))
      watch = new ChainWatch({ node, timers, log, onFatal })
      const chain = watch
      chain.whenSynced(() => table.follow(chain))
    },
    keepRuntime: (id) => table.keepRuntime(id),
    stop: async () => {
      watch?.stop()
      light.stop()
      await network.stop()
    },
  }
}

function statusOf({ key, status }: Libp2pNetwork, addresses: readonly NodeAddress[]): PeersStatus {
  const { name, peerCount, connectionCount, protocols, topics } = status
  const counted = (counts: ReadonlyMap<string, number>) =>
    new Map([...counts].map(([what, count]) => [what, BigInt(count)]))
  return {
    pubKey: key,
    peerId: parsePeerId(name),
    addresses,
    numPeers: BigInt(peerCount),
    numConnections: BigInt(connectionCount),
    protocols: counted(protocols),
    topics: counted(topics),
  }
}
