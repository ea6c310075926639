/** A seed node: goes from node to node, tells addresses, and has no chain. */

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

/** What a seed node is made of. */
export interface SeedNodeOptions {
  readonly config: Pick<NodeConfig, 'dataDir' | 'dialect' | 'peers'>
  readonly world: NodeWorld
  readonly document: GenesisDocument
  readonly keys: NodeKeys
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
  stop(): void
}

/** Makes a seed node. It does not start. */
export function createSeedNode(options: SeedNodeOptions): SeedNode {
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
  const seed = () => {
    const own = peers.externalAddress ?? (network.endpoint && printEndpoint(network.endpoint))
    return {
      chainContext,
      addresses: own === undefined ? [] : [`${network.id}@${own}`],
      nodePeers: network.peers().map(({ id, address }) => `${id}@${printEndpoint(address)}`),
    }
  }
  return {
    id: network.id,
    chainId: cometChainId(chainContext),
    api: createSeedApi({ ...profile, seed }),
    start,
    stop,
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
