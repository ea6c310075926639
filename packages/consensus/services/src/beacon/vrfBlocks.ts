/** Epochs whose randomness the nodes prove. */

import { assert } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import { type Parameters, type VrfParameters, VrfProofs, VrfState } from '@wadi/consensus/beacon'
import { EPOCH_INVALID, type Epoch } from '@wadi/primitives/epoch'
import { type Context, currentHeight } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { setNodeStatus } from '../registry/actions.ts'
import { nodeStatusOf, nodesOf, signedNodesOf } from '../registry/queries.ts'
import { highQualityAlpha, lowQualityAlpha } from './alpha.ts'
import { beginEpoch, drawRandomValue, isDue, vrfParametersOf } from './epochs.ts'
import { epochOf, epochTimeOf, futureEpochOf, pendingMockEpochOf, vrfStateOf } from './queries.ts'
import { clearPendingMockEpoch, scheduleEpoch, setVrfState } from './state.ts'

/** Begins a block of a network with proofs. */
export function beginVrfBlock(ctx: Context, params: Parameters): void {
  const future = futureEpochOf(ctx.state)
  const vrfParams = vrfParametersOf(params)
  const known = vrfStateOf(ctx.state)
  const round = known ?? firstRound(ctx, vrfParams)
  if (future === undefined) {
    assert(params.debugMockBackend, 'beacon: no future epoch scheduled, and not using mock backend')
    scheduleMockEpoch(ctx, vrfParams, round)
    return
  }
  if (!isDue(ctx, future)) return
  const { epoch } = future
  makeNodesEligible(ctx, epoch)
  beginEpoch(ctx, params, epoch)
  const next = roundAfter(ctx, { vrfParams, round, proofs: known?.pi, epoch })
  setVrfState(ctx.state, next)
  drawRandomValue(ctx, epoch)
  emit(ctx, 'oasis_event_000_beacon', 'vrf', next)
}

/** Before the first block nobody had anything to prove. */
function firstRound(ctx: Context, { proofDelay }: VrfParameters): VrfState {
  const epoch = epochOf(ctx.state)
  const round: VrfState = {
    ...zero(VrfState),
    epoch,
    alpha: lowQualityAlpha(ctx, epoch),
    submitAfter: currentHeight(ctx) + proofDelay,
  }
  setVrfState(ctx.state, round)
  return round
}

/**
 * Schedules what a test asked for, as soon as the next election can succeed: when all nodes have
 * proved, or an epoch would be over without tests.
 */
function scheduleMockEpoch(ctx: Context, { interval }: VrfParameters, round: VrfState): void {
  const { state } = ctx
  const height = currentHeight(ctx)
  const epoch = pendingMockEpochOf(state)
  if (epoch === undefined || height <= round.submitAfter) return
  const isEveryNodeDone = round.pi.size >= signedNodesOf(state).length
  if (!isEveryNodeDone && height < epochTimeOf(state).height + interval) return
  clearPendingMockEpoch(state)
  scheduleEpoch(state, { epoch, height: height + 1n })
}

/** Nodes that registered in the epoch before may be elected from the next one on. */
function makeNodesEligible({ state }: Context, epoch: Epoch): void {
  for (const { id } of nodesOf(state)) {
    const status = nodeStatusOf(state, id)
    assert(status !== undefined, 'beacon: a node has no status')
    if (status.electionEligibleAfter !== EPOCH_INVALID) continue
    setNodeStatus(state, id, { ...status, electionEligibleAfter: epoch })
  }
}

/** A round that ends, and what begins with the next one. */
interface RoundEnd {
  readonly vrfParams: VrfParameters
  readonly round: VrfState
  /** COMPAT(oasis-core): a first round that ends in its first block leaves null, no empty map. */
  readonly proofs: VrfProofs | undefined
  readonly epoch: Epoch
}

/** The round of an epoch; the proofs of the one before it elect. */
function roundAfter(ctx: Context, { vrfParams, round, proofs, epoch }: RoundEnd): VrfState {
  const { alphaHqThreshold, proofDelay } = vrfParams
  const alphaHq = BigInt(round.pi.size) >= alphaHqThreshold
  return {
    epoch,
    alpha: alphaHq ? highQualityAlpha(ctx, epoch, round.pi) : lowQualityAlpha(ctx, epoch),
    pi: zero(VrfProofs),
    alphaHq,
    submitAfter: currentHeight(ctx) + proofDelay,
    prevState: { pi: proofs, canElect: round.alphaHq },
  }
}
