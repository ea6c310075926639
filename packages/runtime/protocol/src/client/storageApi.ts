/** What a node is asked about the trees of its runtimes: by its operator, and by tests. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bool, bytes, u16, u64 } from '@wadi/cbor/scalars'
import { named, nilable, optional, struct } from '@wadi/cbor/struct'
import { askedFor, Nothing, watchedFor } from '@wadi/consensus/api'
import { ChunkMetadata, Metadata } from '@wadi/mkvs/checkpoint/metadata'
import {
  GetPrefixesRequest,
  GetRequest,
  IterateRequest,
  ProofResponse,
  WireRoot,
} from '@wadi/mkvs/syncer'
import { wireWriteLog } from '@wadi/mkvs/wireWriteLog'
import { Namespace } from '@wadi/primitives/namespace'

/** Changes in one piece of a difference. */
export const DIFF_PIECE_COUNT = 10

/** The round whose trees are here for good, and their roots. */
export const SyncedRound = struct({ round: u64, ioRoot: WireRoot, stateRoot: WireRoot })
export type SyncedRound = Infer<typeof SyncedRound>

/** Which checkpoints are asked for; of all rounds, if none is named. */
export const CheckpointsRequest = struct({
  version: u16,
  namespace: Namespace,
  rootVersion: optional(u64),
})
export type CheckpointsRequest = Infer<typeof CheckpointsRequest>

/** What changed between two roots: after the change of a key, and so many, unless that is zero. */
export const DiffRequest = struct({
  startRoot: WireRoot,
  endRoot: WireRoot,
  options: struct({ offsetKey: bytes, limit: u64 }),
})
export type DiffRequest = Infer<typeof DiffRequest>

/** A piece of it. COMPAT(oasis-core): where there is no change, there is no list. */
export const DiffPiece = struct({
  final: bool,
  writeLog: named('writelog', nilable(wireWriteLog(DIFF_PIECE_COUNT))),
})
export type DiffPiece = Infer<typeof DiffPiece>

/** For the operator. */
export const workerCalls = {
  'StorageWorker/GetLastSyncedRound': askedFor(struct({ runtimeId: Namespace }), SyncedRound),
  'StorageWorker/PauseCheckpointer': askedFor(
    struct({ runtimeId: Namespace, pause: bool }),
    Nothing,
  ),
} as const

/** For tests. */
export const treeCalls = {
  'Storage/SyncGet': askedFor(GetRequest, ProofResponse),
  'Storage/SyncGetPrefixes': askedFor(GetPrefixesRequest, ProofResponse),
  'Storage/SyncIterate': askedFor(IterateRequest, ProofResponse),
  'Storage/GetCheckpoints': askedFor(CheckpointsRequest, nilable(list(Metadata))),
} as const

/** For tests; each ends by itself. */
export const treeStreams = {
  'Storage/GetDiff': watchedFor(DiffRequest, DiffPiece),
  'Storage/GetCheckpointChunk': watchedFor(ChunkMetadata, bytes),
} as const
