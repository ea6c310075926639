/** What a node says of itself to the registry. */

import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { multiSignValue } from '@wadi/primitives/envelope'
import type { Epoch } from '@wadi/primitives/epoch'
import { type MultiSignedNode, NODE_VERSION, Node } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from './errors.ts'
import { EXPIRATION_EPOCHS } from './limits.ts'
import type { NodeSigners } from './nodeSigners.ts'

/** Roles that mean nothing without a runtime. */
const RUNTIME_ROLES = ROLES.compute | ROLES.observer | ROLES['key-manager'] | ROLES['storage-rpc']

/** What every descriptor of a node has, whatever the node does. */
export interface DescriptorOptions {
  readonly signers: NodeSigners
  readonly owner: PublicKey
  readonly epoch: Epoch
  readonly softwareVersion: string
}

/** The descriptor before anybody has added a role to it. */
export function bareDescriptor(options: DescriptorOptions): Node {
  const { signers, owner, epoch, softwareVersion } = options
  const { node, p2p, consensus, vrf, tls } = signers
  return {
    v: NODE_VERSION,
    id: PublicKey.check(node.publicKey),
    entityId: owner,
    expiration: epoch + EXPIRATION_EPOCHS,
    tls: { pubKey: PublicKey.check(tls.publicKey) },
    p2p: { id: PublicKey.check(p2p.publicKey), addresses: undefined },
    consensus: { id: PublicKey.check(consensus.publicKey), addresses: undefined },
    vrf: { id: PublicKey.check(vrf.publicKey) },
    runtimes: undefined,
    roles: 0,
    softwareVersion,
  }
}

/** Refuses a descriptor with which nobody is served. */
export function checkRoles({ roles, runtimes = [] }: Node): void {
  if (roles === 0) throw errors.noRoles()
  if ((roles & RUNTIME_ROLES) !== 0 && runtimes.length === 0) throw errors.noRuntimes()
}

/** Has all keys sign; in the reference's order, although the registry takes any. */
export function signDescriptor(
  { node, p2p, consensus, vrf, tls }: NodeSigners,
  descriptor: Node,
): MultiSignedNode {
  const context = contextOf(contexts.registerNode)
  return multiSignValue([node, p2p, consensus, vrf, tls], context, Node, descriptor)
}
