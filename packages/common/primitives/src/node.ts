import type { Infer, Schema } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { mapped } from '@wadi/cbor/mapped'
import { bytes, text, u8, u16 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { versioned } from '@wadi/cbor/versioned'
import { Epoch } from './epoch.ts'
import { Namespace } from './namespace.ts'
import { ConsensusAddress, NodeAddress } from './nodeAddress.ts'
import { CONSENSUS_RPC_ROLE_BIT, RolesMask } from './nodeRoles.ts'
import { PublicKey, X25519PublicKey } from './publicKey.ts'
import { MultiSigned, Signature } from './signed.ts'
import { Version } from './version.ts'

/** The version of the descriptors that are made today. */
export const NODE_VERSION = 3

/** Which kind of enclave a runtime runs in. TDX counts as SGX here. */
export const TEE_HARDWARE = { invalid: 0, intelSgx: 1 } as const

/** The enclave of a node's runtime, and the evidence for it. */
export const CapabilityTee = struct({
  hardware: u8,
  rak: PublicKey,
  rek: optional(X25519PublicKey),
  attestation: nilable(bytes),
})
export type CapabilityTee = Infer<typeof CapabilityTee>

/** The node's word that an enclave is its own. */
export const EndorsedCapabilityTee = struct({
  capabilityTee: CapabilityTee,
  nodeEndorsement: Signature,
})
export type EndorsedCapabilityTee = Infer<typeof EndorsedCapabilityTee>

/** What a node can do for a runtime. */
export const Capabilities = struct({ tee: optional(CapabilityTee) })
export type Capabilities = Infer<typeof Capabilities>

/** A runtime that a node runs, and in which version. */
export const NodeRuntime = struct({
  id: Namespace,
  version: Version,
  capabilities: Capabilities,
  extraInfo: nilable(bytes),
})
export type NodeRuntime = Infer<typeof NodeRuntime>

const P2pInfo = struct({ id: PublicKey, addresses: nilable(list(NodeAddress)) })
const ConsensusInfo = struct({ id: PublicKey, addresses: nilable(list(ConsensusAddress)) })
const VrfInfo = struct({ id: PublicKey })

const NodeV3 = struct({
  v: u16,
  id: PublicKey,
  entityId: PublicKey,
  expiration: Epoch,
  tls: struct({ pubKey: PublicKey }),
  p2p: P2pInfo,
  consensus: ConsensusInfo,
  vrf: VrfInfo,
  // A descriptor may hold null here; the registry refuses it.
  runtimes: nilable(list(nilable(NodeRuntime))),
  roles: RolesMask,
  softwareVersion: omitEmpty(text),
})

const NodeV2 = struct({
  v: u16,
  id: PublicKey,
  entityId: PublicKey,
  expiration: Epoch,
  tls: struct({
    pubKey: PublicKey,
    nextPubKey: omitEmpty(PublicKey),
    addresses: nilable(list(struct({ pubKey: PublicKey, address: NodeAddress }))),
  }),
  p2p: P2pInfo,
  consensus: ConsensusInfo,
  vrf: optional(VrfInfo),
  runtimes: nilable(list(nilable(NodeRuntime))),
  roles: RolesMask,
  softwareVersion: omitEmpty(text),
})

/** What a node says of itself: its keys, its addresses, its runtimes and roles. */
export type Node = Infer<typeof NodeV3>

function fromV2(old: Infer<typeof NodeV2>): Node {
  return {
    ...old,
    v: NODE_VERSION,
    tls: { pubKey: old.tls.pubKey },
    vrf: old.vrf ?? VrfInfo.zero,
    roles: old.roles & ~CONSENSUS_RPC_ROLE_BIT,
  }
}

function toV2(node: Node): Infer<typeof NodeV2> {
  const tls = { pubKey: node.tls.pubKey, nextPubKey: PublicKey.zero, addresses: undefined }
  return { ...node, v: 2, tls }
}

/**
 * A node's descriptor.
 * COMPAT(oasis-core): version 2 becomes version 3 while it is decoded, so no rule ever sees it.
 */
export const Node: Schema<Node> = versioned(NodeV3, {
  2: mapped(NodeV2, { name: 'NodeV2', from: fromV2, to: toV2 }),
  3: NodeV3,
})

/** A node's descriptor, signed by all of its keys. Stored as it was submitted. */
export const MultiSignedNode = MultiSigned
export type MultiSignedNode = Infer<typeof MultiSignedNode>
