/** A runtime's descriptor. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { namedInteger } from '@wadi/cbor/mapped'
import { bytes, i64, u8, u16, u32, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { RolesMask } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Quantity } from '@wadi/primitives/quantity'
import { Version } from '@wadi/primitives/version'
import { nilOrEmpty } from '../nilOrEmpty.ts'
import { CommitteeKind, CommitteeRole } from '../scheduler/committee.ts'
import { Slash, SlashReason, ThresholdKind } from '../staking/types.ts'

/** The version of the descriptors that are made today. */
export const RUNTIME_VERSION = 3

/** What a runtime is for. Integers in JSON too. */
export const RUNTIME_KINDS = { invalid: 0, compute: 1, keyManager: 2 } as const

/** Who may change a runtime's descriptor. */
export const RuntimeGovernanceModel = namedInteger(u8, {
  invalid: 0,
  entity: 1,
  runtime: 2,
  consensus: 3,
})
export type RuntimeGovernanceModel = Infer<typeof RuntimeGovernanceModel>

/** The state and the round that a runtime begins with. */
export const RuntimeGenesis = struct({ stateRoot: Hash, round: u64 })
export type RuntimeGenesis = Infer<typeof RuntimeGenesis>

/** How large the committee is, how slow it may be and how unreliable its members. */
export const ExecutorParameters = struct({
  groupSize: u16,
  groupBackupSize: u16,
  allowedStragglers: u16,
  /** In consensus blocks. */
  roundTimeout: i64,
  maxMessages: u32,
  minLiveRoundsPercent: omitEmpty(u8),
  maxMissedProposalsPercent: omitEmpty(u8),
  minLiveRoundsEval: omitEmpty(u64),
  maxLivenessFails: omitEmpty(u8),
})
export type ExecutorParameters = Infer<typeof ExecutorParameters>

/** Times are in nanoseconds. */
export const TxnSchedulerParameters = struct({
  batchFlushTimeout: omitEmpty(i64),
  maxBatchSize: omitEmpty(u64),
  maxBatchSizeBytes: omitEmpty(u64),
  maxInMessages: omitEmpty(u32),
  proposeBatchTimeout: omitEmpty(i64),
})
export type TxnSchedulerParameters = Infer<typeof TxnSchedulerParameters>

/** How often checkpoints of the state are made, and how many are kept. */
export const StorageParameters = struct({
  checkpointInterval: u64,
  checkpointNumKept: u64,
  checkpointChunkSize: u64,
})
export type StorageParameters = Infer<typeof StorageParameters>

/** How many nodes an entity may register, by role; no entry at all means any number. */
export const EntityWhitelistConfig = struct({ maxNodes: omitEmpty(mapOf(RolesMask, u16)) })
export type EntityWhitelistConfig = Infer<typeof EntityWhitelistConfig>

/** Only these entities may register nodes. */
export const EntityWhitelist = struct({
  entities: nilable(mapOf(PublicKey, EntityWhitelistConfig)),
})
export type EntityWhitelist = Infer<typeof EntityWhitelist>

/** How many nodes an entity may register for one role. */
export const EntityWhitelistRoleConfig = struct({ maxNodes: omitEmpty(u16) })
export type EntityWhitelistRoleConfig = Infer<typeof EntityWhitelistRoleConfig>

/** Only these entities may register nodes for one role. */
export const EntityWhitelistRole = struct({
  entities: nilable(mapOf(PublicKey, EntityWhitelistRoleConfig)),
})
export type EntityWhitelistRole = Infer<typeof EntityWhitelistRole>

/** Which nodes may register for one role. */
export const PerRoleAdmissionPolicy = struct({ entityWhitelist: optional(EntityWhitelistRole) })
export type PerRoleAdmissionPolicy = Infer<typeof PerRoleAdmissionPolicy>

/** Which nodes may register for the runtime. */
export const AdmissionPolicy = struct({
  anyNode: optional(struct({})),
  entityWhitelist: optional(EntityWhitelist),
  // COMPAT(oasis-core): an empty map is a policy, an absent one is none.
  perRole: nilOrEmpty(mapOf(RolesMask, PerRoleAdmissionPolicy)),
})
export type AdmissionPolicy = Infer<typeof AdmissionPolicy>

/** What must hold of the nodes that are elected for a role. */
export const SchedulingConstraints = struct({
  validatorSet: optional(struct({})),
  maxNodes: optional(struct({ limit: u16 })),
  minPoolSize: optional(struct({ limit: u16 })),
})
export type SchedulingConstraints = Infer<typeof SchedulingConstraints>

/** What stake a runtime demands of its nodes, and when it is slashed. */
export const RuntimeStakingParameters = struct({
  thresholds: omitEmpty(mapOf(ThresholdKind, Quantity)),
  slashing: omitEmpty(mapOf(SlashReason, Slash)),
  rewardEquivocation: omitEmpty(u8),
  rewardBadResults: omitEmpty(u8),
  minInMessageFee: omitEmpty(Quantity),
})
export type RuntimeStakingParameters = Infer<typeof RuntimeStakingParameters>

/** A version of the runtime's program, and the epoch from which it runs. */
export const VersionInfo = struct({
  version: Version,
  validFrom: Epoch,
  /**
   * Encoded constraints of the enclave.
   * COMPAT(oasis-core): without an enclave they must be absent, and may not be empty.
   */
  tee: nilOrEmpty(bytes),
  bundleChecksum: omitEmpty(bytes),
})
export type VersionInfo = Infer<typeof VersionInfo>

/** A runtime's descriptor: what it runs, on which nodes, and who may change it. */
export const Runtime = struct({
  v: u16,
  id: Namespace,
  entityId: PublicKey,
  genesis: RuntimeGenesis,
  kind: u32,
  teeHardware: u8,
  keyManager: optional(Namespace),
  executor: omitEmpty(ExecutorParameters),
  txnScheduler: omitEmpty(TxnSchedulerParameters),
  storage: omitEmpty(StorageParameters),
  admissionPolicy: AdmissionPolicy,
  // A descriptor may hold null here too, which the registry lets pass, so that the state has it.
  constraints: omitEmpty(
    mapOf(CommitteeKind, nilable(mapOf(CommitteeRole, SchedulingConstraints))),
  ),
  staking: omitEmpty(RuntimeStakingParameters),
  governanceModel: RuntimeGovernanceModel,
  // A descriptor may hold null here; the registry refuses it.
  deployments: omitEmpty(list(nilable(VersionInfo))),
})
export type Runtime = Infer<typeof Runtime>
