/** What roothash keeps in the state: where each runtime stands. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bool, i64, u32, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { GasCosts } from '../gas.ts'
import { Runtime } from '../registry/runtime.ts'
import { Committee } from '../scheduler/committee.ts'
import { Block } from './block.ts'
import { CommitmentPool } from './commitments.ts'
import { MessageEvent } from './messages.ts'

/** How reliable the members of a committee were, in its order. */
export const LivenessStatistics = struct({
  totalRounds: u64,
  goodRounds: nilable(list(u64)),
  finalizedProposals: nilable(list(u64)),
  missedProposals: nilable(list(u64)),
})
export type LivenessStatistics = Infer<typeof LivenessStatistics>

/**
 * Where a runtime stands: its last block, and the round that is under way.
 * COMPAT(oasis-core): the first three structs are pointers: rules set them, and null is kept.
 */
export const RuntimeState = struct({
  runtime: nilable(Runtime),
  suspended: omitEmpty(bool),
  genesisBlock: nilable(Block),
  lastBlock: nilable(Block),
  lastBlockHeight: i64,
  lastNormalRound: u64,
  lastNormalHeight: i64,
  committee: optional(Committee),
  commitmentPool: optional(CommitmentPool),
  timeout: omitEmpty(i64),
  livenessStats: optional(LivenessStatistics),
})
export type RuntimeState = Infer<typeof RuntimeState>

/** What came out of a runtime's last normal round beside its roots. */
export const RoundResults = struct({
  // COMPAT(oasis-core): the elements are pointers: null comes from the genesis document and stays.
  messages: omitEmpty(list(nilable(MessageEvent))),
  goodComputeEntities: omitEmpty(list(PublicKey)),
  badComputeEntities: omitEmpty(list(PublicKey)),
})
export type RoundResults = Infer<typeof RoundResults>

/** How many messages a round may have, and how long evidence and roots are kept. */
export const Parameters = struct({
  gasCosts: omitEmpty(GasCosts),
  debugDoNotSuspendRuntimes: omitEmpty(bool),
  debugBypassStake: omitEmpty(bool),
  maxRuntimeMessages: u32,
  maxInRuntimeMessages: u32,
  maxEvidenceAge: u64,
  maxPastRootsStored: omitEmpty(u64),
})
export type Parameters = Infer<typeof Parameters>

/** Where a runtime goes on after a genesis document. */
export const GenesisRuntimeState = struct({
  stateRoot: Hash,
  round: u64,
  // COMPAT(oasis-core): the elements are pointers: null stays null, and the genesis hash shows it.
  messageResults: omitEmpty(list(nilable(MessageEvent))),
})
export type GenesisRuntimeState = Infer<typeof GenesisRuntimeState>

/** Roothash's section of the genesis document. */
export const Genesis = struct({
  params: Parameters,
  // COMPAT(oasis-core): the values are pointers: null stays null, and the genesis hash shows it.
  runtimeStates: omitEmpty(mapOf(Namespace, nilable(GenesisRuntimeState))),
})
export type Genesis = Infer<typeof Genesis>
