/** A node's descriptor, as it is signed for a genesis document. */

import { make } from '@wadi/cbor/codec'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { NodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import { multiSignValue } from '@wadi/primitives/envelope'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import { type MultiSignedNode, NODE_VERSION, Node, NodeRuntime } from '@wadi/primitives/node'
import type { ConsensusAddress, NodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'

/** What a node is to be. */
export interface NodeDescription {
  readonly entityId: PublicKey
  /** The last epoch of the registration. */
  readonly expiration: Epoch
  readonly roles: number
  readonly runtimes: readonly Namespace[]
  readonly p2pAddresses: readonly NodeAddress[]
  /** One without a key is of the node itself. */
  readonly consensusAddresses: readonly (ConsensusAddress | NodeAddress)[]
  readonly softwareVersion: string
}

type Identity = Pick<NodeIdentity, 'node' | 'p2p' | 'consensus' | 'vrf' | 'tls'>

/** COMPAT(oasis-core): what is a list without elements there is null in the encoding. */
function orNull<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items
}

function idOf({ publicKey }: Signer): PublicKey {
  return PublicKey.check(publicKey)
}

/** The descriptor of a node with this identity. */
export function describeNode(identity: Identity, description: NodeDescription): Node {
  const { entityId, expiration, roles, softwareVersion } = description
  const { node, p2p, consensus, vrf, tls } = identity
  const addresses = description.consensusAddresses.map((at) =>
    'address' in at ? at : { id: idOf(p2p), address: at },
  )
  return make(Node, {
    v: NODE_VERSION,
    id: idOf(node),
    entityId,
    expiration,
    tls: { pubKey: PublicKey.check(tls.key.publicKey) },
    p2p: { id: idOf(p2p), addresses: orNull(description.p2pAddresses) },
    consensus: { id: idOf(consensus), addresses: orNull(addresses) },
    vrf: { id: idOf(vrf) },
    runtimes: orNull(description.runtimes.map((id) => make(NodeRuntime, { id }))),
    roles,
    softwareVersion,
  })
}

/** The descriptor, signed by every key that it names. */
export function signNode(identity: Identity, descriptor: Node): MultiSignedNode {
  const { node, p2p, consensus, vrf, tls } = identity
  const tlsSigner = createMemorySigner('node', tls.key.seed)
  const signers = [node, p2p, consensus, vrf, tlsSigner]
  return multiSignValue(signers, contextOf(contexts.registerNode), Node, descriptor)
}
