/** What a node says of itself. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bool, i64, text, time } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Namespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import { NodeAddress } from '@wadi/primitives/nodeAddress'
import { PeerId } from '@wadi/primitives/peerId'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Status as ConsensusStatus, LightClientStatus } from '../consensus/status.ts'
import { NodeStatus } from '../registry/types.ts'
import { PendingUpgrade } from '../upgrade/types.ts'
import { KeymanagerStatus } from './keymanagerStatus.ts'
import { RuntimeStatus } from './runtimeStatus.ts'

/** What of a node is for tests only. */
export const DebugStatus = struct({ enabled: bool, allowRoot: bool })
export type DebugStatus = Infer<typeof DebugStatus>

/** The keys by which a node is known. */
export const IdentityStatus = struct({ node: PublicKey, consensus: PublicKey, tls: PublicKey })
export type IdentityStatus = Infer<typeof IdentityStatus>

/** How the registration of a node goes. */
export const RegistrationStatus = struct({
  lastAttemptSuccessful: bool,
  lastAttemptErrorMessage: omitEmpty(text),
  lastAttempt: time,
  lastRegistration: time,
  descriptor: optional(Node),
  nodeStatus: optional(NodeStatus),
})
export type RegistrationStatus = Infer<typeof RegistrationStatus>

/** Whom a node knows in the network of runtimes. */
export const PeersStatus = struct({
  pubKey: PublicKey,
  peerId: PeerId,
  addresses: nilable(list(NodeAddress)),
  numPeers: i64,
  numConnections: i64,
  protocols: nilable(mapOf(text, i64)),
  topics: nilable(mapOf(text, i64)),
})
export type PeersStatus = Infer<typeof PeersStatus>

/** Whom a seed node knows. */
export const SeedStatus = struct({
  chainContext: text,
  addresses: nilable(list(text)),
  nodePeers: nilable(list(text)),
})
export type SeedStatus = Infer<typeof SeedStatus>

/** Everything that a node says of itself. */
export const Status = struct({
  softwareVersion: text,
  mode: text,
  debug: optional(DebugStatus),
  identity: IdentityStatus,
  consensus: optional(ConsensusStatus),
  lightClient: optional(LightClientStatus),
  runtimes: omitEmpty(mapOf(Namespace, RuntimeStatus)),
  registration: optional(RegistrationStatus),
  keymanager: optional(KeymanagerStatus),
  pendingUpgrades: omitEmpty(list(PendingUpgrade)),
  p2p: optional(PeersStatus),
  seed: optional(SeedStatus),
})
export type Status = Infer<typeof Status>
