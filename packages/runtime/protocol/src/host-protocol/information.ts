/** The handshake: who is there, and what it can do. */

import type { Infer } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { bool, raw, text, u32 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Namespace } from '@wadi/primitives/namespace'
import { Version } from '@wadi/primitives/version'

/** What every host calls the consensus layer: runtimes refuse any other name. */
export const CONSENSUS_BACKEND = 'tendermint'

/** The first message of all: where the runtime has got to. */
export const RuntimeInfoRequest = struct({
  runtimeId: Namespace,
  consensusBackend: text,
  consensusProtocolVersion: Version,
  /** Hexadecimal. */
  consensusChainContext: text,
  /** What this node's operator tells the runtime. Any values. */
  localConfig: omitEmpty(mapOf(text, raw)),
})
export type RuntimeInfoRequest = Infer<typeof RuntimeInfoRequest>

/** The runtime chooses the transactions of a batch itself, beginning with so many. */
export const FeatureScheduleControl = struct({ initialBatchSize: u32 })
export type FeatureScheduleControl = Infer<typeof FeatureScheduleControl>

/** What a runtime can do that not every one can. */
export const Features = struct({
  scheduleControl: optional(FeatureScheduleControl),
  keyManagerQuotePolicyUpdates: omitEmpty(bool),
  keyManagerStatusUpdates: omitEmpty(bool),
  endorsedCapabilityTee: omitEmpty(bool),
})
export type Features = Infer<typeof Features>

/** Which runtime it is. */
export const RuntimeInfoResponse = struct({
  protocolVersion: Version,
  runtimeVersion: Version,
  features: omitEmpty(Features),
})
export type RuntimeInfoResponse = Infer<typeof RuntimeInfoResponse>
