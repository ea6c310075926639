/**
 * A seed node: goes from node to node, tells addresses, and has no chain. Two networks ask it: that
 * of the consensus engine, and that of the runtimes.
 */

import { toBase64 } from '@wadi/base/bytes'
import { decode } from '@wadi/cbor/codec'
import type { NetAddress } from '@wadi/comet-p2p/net-address'
import { printEndpoint } from '@wadi/comet-p2p/net-address'
import { peerIdOf } from '@wadi/comet-p2p/peer-id'
import {
  chainContextOf,
  cometChainId,
  type GenesisDocument,
} from '@wadi/consensus/genesis/document'
import type { NodeApi } from '@wadi/node-api/node-api'
import { createSeedApi, type SeedFacts } from '@wadi/node-api/seed-api'
import { Node } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import { COMET_APP_VERSION } from '@wadi/primitives/version'
import type { NodeConfig, NodeWorld } from './createNode.ts'
import { describeNode } from './nodeDescription.ts'
import { type NodeKeys, signerIn } from './nodeKeys.ts'
import { createNodeNetwork } from './nodeNetwork.ts'
import { openSeedP2p, type SeedP2pConfig } from './p2p/openSeedP2p.ts'

/** What a seed node is made of. */
export interface SeedNodeOptions {
  readonly config: Pick<NodeConfig, 'dataDir' | 'dialect' | 'peers'>
  readonly world: NodeWorld
  readonly document: GenesisDocument
  readonly keys: NodeKeys
  /** Undefined: nobody of the network of runtimes asks it. */
  readonly p2p: SeedP2pConfig | undefined
  /** Are the validators of the genesis document the first whom it knows? */
  readonly book: 'from-genesis' | 'empty'
  readonly profile: Omit<SeedFacts, 'seed'>
}

/** A seed node that lives until it is stopped. */
export interface SeedNode {
  readonly id: string
  readonly chainId: string
  readonly api: NodeApi
  /** Answers when others can connect. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Makes a seed node. It does not start. */
export async function createSeedNode(options: SeedNodeOptions): Promise<SeedNode> {
  const { config, world, document, keys, book, profile } = options
  const { dataDir, dialect, peers } = config
  const folder = `${dataDir}/seed`
  world.files.makeFolder(folder)
  const chainContext = chainContextOf(document)
  const { network, start, stop } = createNodeNetwork({
    world: { ...world, log: world.logger('p2p') },
    config: { ...peers, peerExchange: 'seed' },
    folder,
    key: { publicKey: keys.p2p.publicKey, sign: signerIn(dialect, keys.p2p) },
    dialect,
    description: describeNode(cometChainId(chainContext), COMET_APP_VERSION),
    reactors: [],
    known: book === 'from-genesis' ? validatorsOf(document) : [],
  })
  const { identity } = keys
  const p2p =
    options.p2p && (await openSeedP2p({ config: options.p2p, world, dataDir, document, identity }))
  const seed = () => {
    const own = peers.externalAddress ?? (network.endpoint && printEndpoint(network.endpoint))
    return {
      chainContext,
      addresses: [
        ...(own === undefined ? [] : [`${toBase64(keys.p2p.publicKey)}@${own}`]),
        ...(p2p === undefined ? [] : [p2p.place]),
      ],
      nodePeers: [
        ...network.peers().map(({ id, address }) => `${id}@${printEndpoint(address)}`),
        ...(p2p?.known ?? []),
      ],
    }
  }
  return {
    id: network.id,
    chainId: cometChainId(chainContext),
    api: createSeedApi({ ...profile, seed }),
    start: async () => {
      await start()
      await p2p?.start()
    },
    stop: async () => {
      stop()
      await p2p?.stop()
    },
  }
}

/** Where the validators of a genesis document are. The operator vouches for it: nobody signs. */
function validatorsOf({ registry }: GenesisDocument): readonly NetAddress[] {
  return (registry.nodes ?? []).flatMap((signed) => {
    const { roles, consensus } = decode(Node, signed?.untrustedRawValue)
    const [first] = consensus.addresses ?? []
    if (!hasRole(roles, 'validator') || first?.address.ip === undefined) return []
    const { ip, port } = first.address
    return [{ id: peerIdOf(first.id), ip, port: Number(port) }]
  })
}
