/** What a node is asked about the trees of its runtimes. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import type { Schema } from '@wadi/cbor/schema'
import type { RuntimeAnswers, RuntimeTrees } from '@wadi/contracts/runtime-answers'
import {
  CHECKPOINT_VERSION,
  type ChunkMetadata,
  type Metadata,
} from '@wadi/mkvs/checkpoint/metadata'
import type { WriteLog } from '@wadi/mkvs/roots'
import { toRoot, type WireRoot } from '@wadi/mkvs/syncer'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { registryErrors, storageWorkerErrors } from '@wadi/runtime-protocol/client/errors'
import {
  type CheckpointsRequest,
  DIFF_PIECE_COUNT,
  DiffPiece,
  type DiffRequest,
  type SyncedRound,
  treeCalls,
  treeStreams,
  workerCalls,
} from '@wadi/runtime-protocol/client/storageApi'
import { CHUNK_PIECE_BYTES } from '../limits.ts'
import { answered, type NodeMethods } from './nodeMethod.ts'

type TreesOf = NonNullable<RuntimeAnswers['treesOf']>

/** A stream that ends by itself: what it is asked with, and its encoded items. */
export interface FiniteStream<Q> {
  readonly request: Schema<Q>
  /** Throws why there are none. */
  items(request: Q): Iterable<Uint8Array>
}

/** Such streams by service and method. */
// biome-ignore lint/suspicious/noExplicitAny: streams of all types in one table
export type FiniteStreams = Readonly<Record<string, FiniteStream<any>>>

/** COMPAT(oasis-core): the round before all others, which only a node has that has no trees yet. */
const NO_ROUND = 2n ** 64n - 1n
const NO_ROOT: WireRoot = {
  namespace: new Uint8Array(32),
  version: 0n,
  type: 0,
  hash: EMPTY_HASH,
}
const NOTHING_SYNCED: SyncedRound = { round: NO_ROUND, ioRoot: NO_ROOT, stateRoot: NO_ROOT }

/** What the operator asks; only where there are trees. */
export function storageWorkerMethods(treesOf: TreesOf, isForTests: boolean): NodeMethods {
  const known = (runtimeId: Namespace): RuntimeTrees => {
    const trees = treesOf(runtimeId)
    if (trees === undefined) throw storageWorkerErrors.runtimeNotFound()
    return trees
  }
  return answered(workerCalls, {
    'StorageWorker/GetLastSyncedRound': ({ runtimeId }) =>
      known(runtimeId).lastSynced() ?? NOTHING_SYNCED,
    'StorageWorker/PauseCheckpointer': ({ runtimeId, pause }) => {
      const trees = known(runtimeId)
      if (!isForTests) throw storageWorkerErrors.cannotPauseCheckpointer()
      trees.pauseCheckpoints(pause)
    },
  })
}

function treesWith(treesOf: TreesOf) {
  return (namespace: Uint8Array): RuntimeTrees => {
    const trees = treesOf(Namespace.check(namespace))
    if (trees === undefined) throw registryErrors.notFound(toHex(namespace))
    return trees
  }
}

/** What tests ask of the trees themselves; a node without any knows no runtime. */
export function treeMethods(treesOf: TreesOf): NodeMethods {
  const known = treesWith(treesOf)
  return answered(treeCalls, {
    'Storage/SyncGet': (request) => ({ proof: known(request.tree.root.namespace).get(request) }),
    'Storage/SyncGetPrefixes': (request) => ({
      proof: known(request.tree.root.namespace).getPrefixes(request),
    }),
    'Storage/SyncIterate': (request) => ({
      proof: known(request.tree.root.namespace).iterate(request),
    }),
    'Storage/GetCheckpoints': (request) => checkpointsOf(known(request.namespace), request),
  })
}

/** COMPAT(oasis-core): of a version that nobody has an empty list, and else none at all. */
function checkpointsOf(
  trees: RuntimeTrees,
  { version, rootVersion }: CheckpointsRequest,
): readonly Metadata[] | undefined {
  if (version !== CHECKPOINT_VERSION) return []
  const found = trees
    .checkpoints()
    .filter(({ root }) => rootVersion === undefined || root.version === rootVersion)
  return found.length === 0 ? undefined : found
}

/** What tests are told piece by piece. */
export function treeStreamsOf(treesOf: TreesOf): FiniteStreams {
  const known = treesWith(treesOf)
  return {
    'Storage/GetDiff': {
      request: treeStreams['Storage/GetDiff'].request,
      items: ({ startRoot, endRoot, options }: DiffRequest) => {
        const trees = known(startRoot.namespace)
        return piecesOf(trees.diff(toRoot(startRoot), toRoot(endRoot)), options)
      },
    },
    'Storage/GetCheckpointChunk': {
      request: treeStreams['Storage/GetCheckpointChunk'].request,
      items: (name: ChunkMetadata) => partsOf(known(name.root.namespace).chunk(name)),
    },
  }
}

/**
 * Ten changes each, after the one of a key. COMPAT(oasis-core): the last piece says so, even if it
 * is empty, unless a limit has been reached; and that is not looked at where a piece is full.
 */
function* piecesOf(
  writeLog: WriteLog,
  { offsetKey, limit }: DiffRequest['options'],
): Generator<Uint8Array> {
  const begin =
    offsetKey.length === 0
      ? 0
      : writeLog.findIndex(([key]) => equalBytes(key, offsetKey)) + 1 || writeLog.length
  let at = begin
  for (;;) {
    const piece: WriteLog[number][] = []
    let isLimit = false
    while (at < writeLog.length && piece.length < DIFF_PIECE_COUNT && !isLimit) {
      piece.push(writeLog[at]!)
      at++
      isLimit = piece.length < DIFF_PIECE_COUNT && limit > 0n && BigInt(at - begin) >= limit
    }
    const final = piece.length < DIFF_PIECE_COUNT && !isLimit
    yield encode(DiffPiece, { final, writeLog: piece.length === 0 ? undefined : piece })
    if (final || isLimit) return
  }
}

function* partsOf(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += CHUNK_PIECE_BYTES)
    yield encode(bytes, chunk.subarray(at, at + CHUNK_PIECE_BYTES))
}
