/** Who signs for a node: each of its keys. */

import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { NodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'

/** All five of them have to sign what the node says of itself. */
export interface NodeSigners {
  /** The node's identity; also pays for its transactions. */
  readonly node: Signer
  readonly p2p: Signer
  readonly consensus: Signer
  readonly vrf: Signer
  readonly tls: Signer
}

/** The signers of an identity. */
export function nodeSignersOf(identity: NodeIdentity): NodeSigners {
  const { node, p2p, consensus, vrf, tls } = identity
  return { node, p2p, consensus, vrf, tls: createMemorySigner('node', tls.key.seed) }
}
