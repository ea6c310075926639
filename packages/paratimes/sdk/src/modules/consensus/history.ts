/** The consensus layer as it was: when epochs began, and what happened then. */

import { equalBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { EpochTimeState } from '@wadi/consensus/beacon'
import { currentEpoch, futureEpoch } from '@wadi/consensus/beacon/keys'
import type { LightBlock as WireLightBlock } from '@wadi/consensus/consensus/block'
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
import { EPOCH_GUESSES_MAX } from '../../limits.ts'

const errors = definePlainErrors('paratimeHistory', {
  noEpoch: 'no epoch of that number has begun',
  noAnswer: 'the host does not prove what was asked for',
  noReclaim: 'nothing was given back in that block',
})

/** The height of the block that began an epoch. */
export function heightOfEpoch(frame: Frame, epoch: bigint): bigint {
  const { consensus, consensusHeight } = frame.context
  const next = readEpoch(consensus.get(futureEpoch.keys.encode()), futureEpoch)
  // What is known is the state before the last block, which may be the one that began the epoch.
  if (next?.epoch === epoch && next.height <= consensusHeight) return next.height
  const now = readEpoch(consensus.get(currentEpoch.keys.encode()), currentEpoch)
  if (now?.epoch === epoch) return now.height
  if (now === undefined || now.epoch < epoch) throw errors.noEpoch(`${epoch}`)
  return heightBefore(frame, epoch, now)
}

/**
 * The height of an epoch before another one. For each look the host is asked, and the batch begins
 * again: so there are few, however long ago it was. The first one is what the reference asks first;
 * then epochs are taken to be as long as those after them. Where they are no shorter, nothing is
 * asked for from before the epoch: hosts that prune need not have it.
 */
function heightBefore(frame: Frame, epoch: bigint, known: EpochTimeState): bigint {
  let later = known
  let earliest = genesisHeight(frame)
  let length = 0n
  for (let i = 0; earliest < later.height; i++) {
    const guess = later.height - 1n - (later.epoch - epoch - 1n) * length
    const isGood = i < EPOCH_GUESSES_MAX && guess >= earliest
    const height = isGood ? guess : (earliest + later.height) / 2n
    const found = epochAfter(frame, height)
    if (found?.epoch === epoch) return found.height
    if (found === undefined || found.epoch < epoch) {
      earliest = height + 1n
      continue
    }
    // Epochs and heights grow together, or the host tells of two chains.
    if (found.epoch >= later.epoch || found.height > height) throw errors.noAnswer('an epoch')
    length = (later.height - found.height) / (later.epoch - found.epoch)
    later = found
  }
  throw errors.noEpoch(`${epoch}`)
}

type EpochTable = typeof currentEpoch | typeof futureEpoch

function readEpoch(
  encoded: Uint8Array | undefined,
  { value }: EpochTable,
): EpochTimeState | undefined {
  return encoded && value.decode(encoded)
}

/** The first height of the chain. */
function genesisHeight({ context: { ask } }: Frame): bigint {
  return ask({ kind: 'HostFetchGenesisHeightRequest', body: {} }).body.height
}

/**
 * What was proven by the block that a host answered, also that there is no epoch: who begins a
 * batch again has the same answers, and nobody writes to them.
 * PERF: delegations that ended in 60 epochs are paid out in 0.19 times the time.
 */
const proven = new WeakMap<WireLightBlock, { readonly epoch: EpochTimeState | undefined }>()

/**
 * The epoch after the block of a height, if there is any: the host is asked for the next block,
 * which names the state, and has to prove it.
 */
function epochAfter({ context: { ask } }: Frame, version: bigint): EpochTimeState | undefined {
  const height = version + 1n
  const { body } = ask({ kind: 'HostFetchConsensusBlockRequest', body: { height } })
  const known = proven.get(body.block)
  if (known !== undefined) return known.epoch
  const { header } = decode(LightBlock, body.block.meta).signedHeader
  if (header.height !== height) throw errors.noAnswer(`block ${height}`)
  const hash = Hash.check(header.appHash)
  const root = { namespace: Namespace.zero, version, type: ROOT_TYPE_STATE, hash }
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
  if (found.kind === 'unknown') throw errors.noAnswer('no epoch')
  const epoch = found.kind === 'absent' ? undefined : currentEpoch.value.decode(found.value)
  proven.set(body.block, { epoch })
  return epoch
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
