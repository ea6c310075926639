/** The consensus layer as it was: when epochs began, and what happened then. */

import { equalBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { EpochTimeState } from '@wadi/consensus/beacon'
import { currentEpoch, futureEpoch } from '@wadi/consensus/beacon/keys'
import type { ReclaimEscrowEvent } from '@wadi/consensus/staking/events'
import { getFromProof } from '@wadi/mkvs/readProof'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { verifyAnswer } from '@wadi/mkvs/syncer'
import type { Address } from '@wadi/primitives/address'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { decode } from '@wadi/protobuf/codec'
import { EVENT_KINDS, STORAGE_ENDPOINTS } from '@wadi/runtime-protocol/host-protocol/services'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import type { Frame } from '../../frame/frame.ts'
import { EPOCH_WALK_MAX } from '../../limits.ts'

const errors = definePlainErrors('paratimeHistory', {
  noEpoch: 'no epoch of that number has begun',
  tooLongAgo: 'the epoch began too long ago',
  noAnswer: 'the host does not prove what was asked for',
  noReclaim: 'nothing was given back in that block',
})

/** The height of the block that began an epoch. */
export function heightOfEpoch(frame: Frame, epoch: bigint): bigint {
  const { consensus, consensusHeight } = frame.context
  const next = readEpoch(consensus.get(futureEpoch.keys.encode()), futureEpoch)
  // What is known is the state before the last block, which may be the one that began the epoch.
  if (next?.epoch === epoch && next.height <= consensusHeight) return next.height
  let at = readEpoch(consensus.get(currentEpoch.keys.encode()), currentEpoch)
  for (let i = 0; i <= EPOCH_WALK_MAX; i++) {
    if (at?.epoch === epoch) return at.height
    if (at === undefined || at.epoch < epoch || at.height <= 1n) throw errors.noEpoch(`${epoch}`)
    at = epochBefore(frame, at.height)
  }
  throw errors.tooLongAgo(`${epoch}`)
}

type EpochTable = typeof currentEpoch | typeof futureEpoch

function readEpoch(
  encoded: Uint8Array | undefined,
  { value }: EpochTable,
): EpochTimeState | undefined {
  return encoded && value.decode(encoded)
}

/** The epoch before the block of a height: the host is asked, and has to prove it. */
function epochBefore({ context: { ask } }: Frame, height: bigint): EpochTimeState | undefined {
  const { body } = ask({ kind: 'HostFetchConsensusBlockRequest', body: { height } })
  const { header } = decode(LightBlock, body.block.meta).signedHeader
  if (header.height !== height) throw errors.noAnswer(`block ${height}`)
  const hash = Hash.check(header.appHash)
  const root = { namespace: Namespace.zero, version: height - 1n, type: ROOT_TYPE_STATE, hash }
  const key = currentEpoch.keys.encode()
  const tree = { root, position: hash }
  const answer = ask({
    kind: 'HostStorageSyncRequest',
    body: {
      endpoint: STORAGE_ENDPOINTS.consensus,
      syncGet: { tree, key, includeSiblings: false, proofVersion: 0 },
      syncGetPrefixes: undefined,
      syncIterate: undefined,
    },
  })
  const { proofResponse } = answer.body
  if (proofResponse === undefined) throw errors.noAnswer('no proof')
  const found = getFromProof(verifyAnswer(proofResponse.proof, { root, position: hash }), key)
  if (found.kind !== 'present') throw errors.noAnswer('no epoch')
  return currentEpoch.value.decode(found.value)
}

/** What was given back to one account out of another in the block that began an epoch. */
export function reclaimedAt(
  frame: Frame,
  height: bigint,
  { owner, escrow }: { readonly owner: Address; readonly escrow: Address },
): ReclaimEscrowEvent {
  const { body } = frame.context.ask({
    kind: 'HostFetchConsensusEventsRequest',
    body: { height, kind: EVENT_KINDS.staking },
  })
  for (const { staking } of body.events) {
    const reclaim = staking?.escrow?.reclaim
    if (reclaim === undefined) continue
    if (equalBytes(reclaim.owner, owner) && equalBytes(reclaim.escrow, escrow)) return reclaim
  }
  throw errors.noReclaim(`height ${height}`)
}
