/** Which checkpoints others have, and their pieces. */

import { parseHex, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Answer, Feedback } from '@wadi/contracts/runtime-network'
import { RUNTIME_SERVICES } from '@wadi/libp2p/names'
import { CHECKPOINT_VERSION, checkMetadata, Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { toRoot } from '@wadi/mkvs/syncer'
import { Hash, hashOf } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { OfferedCheckpoint } from '@wadi/runtime-executor/sync/input'
import { checkpointMethods } from '@wadi/runtime-protocol/peers/methods'
import {
  askAllPeers,
  askPeersInTurn,
  type StoragePeers,
  storageProtocols,
} from '../peers/askPeers.ts'
import { dropBeyond, type Offer } from './offers.ts'

/** Keeps nodes connected that can be asked. */
export function wantCheckpoints(peers: StoragePeers): void {
  const [protocol] = storageProtocols(peers, 'checkpointsync')
  peers.network.want(protocol, RUNTIME_SERVICES.checkpointsync.wanted)
}

/** All that is offered, each once, with those who have it; older nodes if nobody else is there. */
export async function listCheckpoints(
  peers: StoragePeers,
  signal: AbortSignal,
  noteFeedback: (feedback: Feedback) => void,
): Promise<readonly OfferedCheckpoint[]> {
  const found = new Map<string, Offer>()
  const { getCheckpoints: method } = checkpointMethods
  for (const protocol of storageProtocols(peers, 'checkpointsync')) {
    const asked = { protocol, method, request: { version: CHECKPOINT_VERSION } }
    await askAllPeers(
      peers.network,
      asked,
      ({ value: { checkpoints }, feedback }) => {
        noteFeedback(feedback)
        note(found, checkpoints, feedback)
        return 'more'
      },
      { signal },
    )
    if (found.size > 0) break
  }
  return Array.from(found.values(), ({ metadata, peers: owners }) => ({
    root: toRoot(metadata.root),
    chunks: metadata.chunks.map((digest) => Hash.check(digest)),
    peers: [...owners],
  }))
}

/** Who offers something that is no checkpoint is believed nothing. */
function note(
  found: Map<string, Offer>,
  checkpoints: readonly Metadata[],
  feedback: Feedback,
): void {
  if (!checkpoints.every(isSane)) {
    feedback.misbehaved()
    return
  }
  const peer = toHex(feedback.peer)
  // COMPAT(oasis-core): no store restores round 0, so that nobody can have made one of it.
  for (const metadata of checkpoints.filter(({ root }) => root.version > 0n)) {
    const name = toHex(hashOf(Metadata, metadata))
    const known = found.get(name)
    if (known === undefined) found.set(name, { metadata, peers: new Set([peer]) })
    else known.peers.add(peer)
  }
  dropBeyond(found)
  if (checkpoints.length > 0) feedback.succeeded()
}

function isSane(metadata: Metadata): boolean {
  try {
    checkMetadata(metadata)
    return true
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return false
  }
}

/** One piece, from one of those who have the checkpoint. */
export async function fetchChunk(
  peers: StoragePeers,
  { root, chunks, peers: owners }: OfferedCheckpoint,
  index: number,
  signal: AbortSignal,
): Promise<Answer<Uint8Array>> {
  const { getCheckpointChunk: method } = checkpointMethods
  const digest = chunks[index]!
  const request = { version: CHECKPOINT_VERSION, root, index: BigInt(index), digest }
  const asked = owners.map((owner) => PublicKey.check(parseHex(owner)))
  const asking = { peers: asked, signal }
  const protocols = storageProtocols(peers, 'checkpointsync')
  const question = { method, request }
  const { value, feedback } = await askPeersInTurn(peers.network, protocols, question, asking)
  return { value: value.chunk, feedback }
}
