/** What a node says of each runtime that it follows or runs. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { namedInteger } from '@wadi/cbor/mapped'
import { bool, byteList, i64, text, time, u8, u16, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Hash } from '@wadi/primitives/hash'
import { Version } from '@wadi/primitives/version'
import { TreeRoot } from '../consensus/block.ts'
import { Runtime } from '../registry/runtime.ts'
import { Timestamp } from '../roothash/block.ts'
import { CommitteeRole } from '../scheduler/committee.ts'

/** What a node waits for that belongs to a committee. */
export const CommitteeState = namedInteger(u8, {
  ready: 0,
  'waiting for consensus sync': 1,
  'waiting for runtime registry descriptor': 2,
  'waiting for available keymanager': 3,
  'waiting for hosted runtime provision': 4,
  'waiting for history reindex': 5,
  'waiting for workers to initialize': 6,
  'runtime suspended': 7,
})
export type CommitteeState = Infer<typeof CommitteeState>

/** How much a node has done in the epoch that it is. */
export const LivenessStatus = struct({
  totalRounds: u64,
  liveRounds: u64,
  finalizedProposals: u64,
  missedProposals: u64,
})
export type LivenessStatus = Infer<typeof LivenessStatus>

/** A node as one of those who follow a runtime. */
export const CommitteeStatus = struct({
  status: CommitteeState,
  activeVersion: nilable(Version),
  latestRound: u64,
  /** Of the consensus layer's block that has the round. */
  latestHeight: i64,
  executorRoles: nilable(byteList(CommitteeRole)),
  /** Whose turn it is before the node's. */
  schedulerRank: u64,
  liveness: optional(LivenessStatus),
  peers: nilable(list(text)),
  host: struct({ versions: nilable(list(Version)) }),
})
export type CommitteeStatus = Infer<typeof CommitteeStatus>

/** What a node waits for that runs rounds. */
export const ExecutorState = namedInteger(u8, {
  ready: 0,
  'waiting for runtime readiness': 1,
  'waiting for trust sync': 2,
})
export type ExecutorState = Infer<typeof ExecutorState>

/** How far a runtime's state is here. */
export const StorageStatus = struct({ status: text, lastFinalizedRound: u64 })
export type StorageStatus = Infer<typeof StorageStatus>

/** How far a runtime's blocks were found again. */
export const ReindexStatus = struct({
  batchSize: u16,
  lastHeight: i64,
  startHeight: i64,
  endHeight: i64,
  /** When it will be done, by how it went so far. */
  eta: time,
})
export type ReindexStatus = Infer<typeof ReindexStatus>

/** How far a runtime's blocks are here. */
export const IndexerStatus = struct({
  status: text,
  lastRound: u64,
  reindexStatus: optional(ReindexStatus),
})
export type IndexerStatus = Infer<typeof IndexerStatus>

/** One of the programs of a runtime. */
export const ComponentStatus = struct({
  kind: text,
  name: omitEmpty(text),
  version: omitEmpty(Version),
  detached: omitEmpty(bool),
  disabled: omitEmpty(bool),
})
export type ComponentStatus = Infer<typeof ComponentStatus>

/** See the top of this file. */
export const RuntimeStatus = struct({
  descriptor: nilable(Runtime),
  latestRound: u64,
  latestHash: Hash,
  latestTime: Timestamp,
  latestStateRoot: TreeRoot,
  genesisRound: u64,
  genesisHash: Hash,
  lastRetainedRound: u64,
  lastRetainedHash: Hash,
  committee: nilable(CommitteeStatus),
  executor: optional(struct({ status: ExecutorState })),
  storage: optional(StorageStatus),
  indexer: optional(IndexerStatus),
  provisioner: omitEmpty(text),
  components: omitEmpty(list(ComponentStatus)),
})
export type RuntimeStatus = Infer<typeof RuntimeStatus>
