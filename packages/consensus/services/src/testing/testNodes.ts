/** Nodes that are registered because a test says so. */

import { encode, make, zero } from '@wadi/cbor/codec'
import { NodeStatus } from '@wadi/consensus/registry'
import * as keys from '@wadi/consensus/registry/keys'
import { createMemoryVrfSigner, testSeed } from '@wadi/crypto/signature/memorySigner'
import type { VrfSigner } from '@wadi/crypto/signature/signer'
import { MultiSignedNode, Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { mark, type State, write } from '../kernel/state.ts'

/** A key that begins with the number. */
export function testKey(n: number): PublicKey {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, n)
  return PublicKey.check(bytes)
}

/** The one who proves for the node of a number. */
export function testVrfSigner(n: number): VrfSigner {
  return createMemoryVrfSigner(testSeed(`vrf of node ${n}`))
}

/** A node of an entity that has its number; its keys follow from the number. */
export function testNode(n: number, fields: Partial<Node> = {}): Node {
  return make(Node, {
    v: 3,
    id: testKey(n),
    entityId: testKey(n + 1_000_000),
    expiration: 1_000n,
    consensus: { id: testKey(n + 2_000_000), addresses: [] },
    ...fields,
  })
}

/** Registers a node without any check. */
export function putNode(state: State, node: Node, status: Partial<NodeStatus> = {}): void {
  const signed = { ...zero(MultiSignedNode), untrustedRawValue: encode(Node, node) }
  write(state, keys.nodes, [node.id], signed)
  write(state, keys.nodeStatuses, [node.id], make(NodeStatus, status))
  mark(state, keys.nodesByEntity, node.entityId, node.id)
}
