/** Serves the trees of a runtime to other nodes. */

import { equalBytes } from '@wadi/base/bytes'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import { RUNTIME_SERVICES, runtimeProtocolOf, type ServiceName } from '@wadi/libp2p/names'
import { type PeerAnswers, type PeerMethods, servePeers } from '@wadi/libp2p/serve-peers'
import { CHECKPOINT_VERSION, type ChunkMetadata } from '@wadi/mkvs/checkpoint/metadata'
import { equalRoots } from '@wadi/mkvs/roots'
import { toRoot } from '@wadi/mkvs/syncer'
import type { CheckpointFiles } from '@wadi/node-storage/checkpoint-files'
import { Turns } from '@wadi/node-storage/turns'
import type { Namespace } from '@wadi/primitives/namespace'
import {
  checkpointMethods,
  diffMethods,
  publicStorageMethods,
  storageMethods,
} from '@wadi/runtime-protocol/peers/methods'
import { checkpointErrors } from '../errors.ts'
import { PROVED_KEYS_MAX } from '../limits.ts'
import type { RuntimeStore } from '../store/runtimeStore.ts'

/** What is served, and to whom. */
export interface ServedStorage {
  readonly network: Pick<RuntimeNetwork, 'serve'>
  readonly chainContext: string
  readonly runtimeId: Namespace
  readonly store: RuntimeStore
  readonly checkpoints: CheckpointFiles
  /** `all`: proofs, too, for those who keep no states. */
  readonly offer: 'sync' | 'all'
  readonly onFatal: (error: unknown) => void
}

/** Serves changes and checkpoints, in the protocols of today and of older nodes. */
export function serveStorage(served: ServedStorage): void {
  const { network, chainContext, runtimeId, store, checkpoints, offer, onFatal } = served
  const serve = <M extends PeerMethods>(
    service: ServiceName,
    methods: M,
    answers: PeerAnswers<M>,
  ): void => {
    const protocol = runtimeProtocolOf(chainContext, service, runtimeId)
    servePeers(network, protocol, { methods, answers, onFatal })
  }
  const ofDiffs = diffAnswers(store)
  const ofCheckpoints = checkpointAnswers(checkpoints)
  serve(RUNTIME_SERVICES.diffsync, diffMethods, ofDiffs)
  serve(RUNTIME_SERVICES.checkpointsync, checkpointMethods, ofCheckpoints)
  serve(RUNTIME_SERVICES.storagesync, storageMethods, { ...ofDiffs, ...ofCheckpoints })
  if (offer === 'sync') return
  const turns = new Turns()
  serve(RUNTIME_SERVICES.storagepub, publicStorageMethods, {
    get: (request) => ({ proof: store.get(request) }),
    getPrefixes: (request, _, signal) => {
      const limit = Math.min(request.limit, PROVED_KEYS_MAX)
      return turns.take(() => ({ proof: store.getPrefixes({ ...request, limit }) }), signal)
    },
    iterate: (request, _, signal) => {
      const prefetch = Math.min(request.prefetch, PROVED_KEYS_MAX)
      return turns.take(() => ({ proof: store.iterate({ ...request, prefetch }) }), signal)
    },
  })
}

function diffAnswers(store: RuntimeStore): PeerAnswers<typeof diffMethods> {
  return {
    getDiff: ({ startRoot, endRoot }) => ({
      writeLog: store.writeLog(toRoot(startRoot), toRoot(endRoot)),
    }),
  }
}

function checkpointAnswers(files: CheckpointFiles): PeerAnswers<typeof checkpointMethods> {
  return {
    // COMPAT(oasis-core): of a version of the format that nobody has there are none.
    getCheckpoints: ({ version }) => ({
      checkpoints: version === CHECKPOINT_VERSION ? files.list() : [],
    }),
    getCheckpointChunk: (name) => ({ chunk: chunkOf(files, name) }),
  }
}

/** A chunk of a checkpoint that is here whole. */
export function chunkOf(files: CheckpointFiles, name: ChunkMetadata): Uint8Array {
  const { version, root: wireRoot, index, digest } = name
  const root = toRoot(wireRoot)
  const known = files.list().find((one) => equalRoots(toRoot(one.root), root))
  const expected = version === CHECKPOINT_VERSION ? known?.chunks[Number(index)] : undefined
  if (expected === undefined || !equalBytes(expected, digest))
    throw checkpointErrors.chunkNotFound()
  const chunk = files.readChunk(root, Number(index))
  if (chunk === undefined) throw checkpointErrors.chunkNotFound()
  return chunk
}
