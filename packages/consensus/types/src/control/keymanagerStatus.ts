/** What a node says of itself that keeps secrets of runtimes. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { namedInteger } from '@wadi/cbor/mapped'
import { bytes, i64, time, u8, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { Namespace } from '@wadi/primitives/namespace'
import { PeerId } from '@wadi/primitives/peerId'
import { Version } from '@wadi/primitives/version'
import { Status as ChurpStatus } from '../churp/types.ts'
import { Status as SecretsStatus, SignedPolicySgx } from '../keymanager/types.ts'

/** Does a part of it work? */
export const KeymanagerState = namedInteger(u8, { ready: 0, starting: 1, stopped: 2, disabled: 3 })
export type KeymanagerState = Infer<typeof KeymanagerState>

/** Which peers may ask for the secrets of a runtime. */
export const RuntimeAccessList = struct({ runtimeId: Namespace, peers: nilable(list(PeerId)) })
export type RuntimeAccessList = Infer<typeof RuntimeAccessList>

/** Master secrets, by generation. */
export const MasterSecretStats = struct({
  numLoaded: i64,
  lastLoadedGeneration: u64,
  numGenerated: i64,
  lastGeneratedGeneration: u64,
})
export type MasterSecretStats = Infer<typeof MasterSecretStats>

/** Ephemeral secrets, by epoch. */
export const EphemeralSecretStats = struct({
  numLoaded: i64,
  lastLoadedEpoch: Epoch,
  numGenerated: i64,
  lastGeneratedEpoch: Epoch,
})
export type EphemeralSecretStats = Infer<typeof EphemeralSecretStats>

/** How a node makes and copies secrets. */
export const SecretsWorkerStatus = struct({
  status: KeymanagerState,
  lastRegistration: time,
  policy: nilable(SignedPolicySgx),
  policyChecksum: nilable(bytes),
  masterSecrets: MasterSecretStats,
  ephemeralSecrets: EphemeralSecretStats,
  privatePeers: nilable(list(PeerId)),
})
export type SecretsWorkerStatus = Infer<typeof SecretsWorkerStatus>

/** What the consensus layer knows of the secrets, and what the node does. */
export const SecretsKeeperStatus = struct({
  status: nilable(SecretsStatus),
  worker: SecretsWorkerStatus,
})
export type SecretsKeeperStatus = Infer<typeof SecretsKeeperStatus>

/** What the consensus layer knows of the schemes of shared secrets. */
export const ChurpKeeperStatus = struct({
  schemes: omitEmpty(mapOf(u8, struct({ status: optional(ChurpStatus) }))),
})
export type ChurpKeeperStatus = Infer<typeof ChurpKeeperStatus>

/** See the top of this file. */
export const KeymanagerStatus = struct({
  status: KeymanagerState,
  activeVersion: nilable(Version),
  runtimeId: nilable(Namespace),
  clientRuntimes: nilable(list(Namespace)),
  accessList: nilable(list(RuntimeAccessList)),
  secrets: nilable(SecretsKeeperStatus),
  churp: ChurpKeeperStatus,
})
export type KeymanagerStatus = Infer<typeof KeymanagerStatus>
