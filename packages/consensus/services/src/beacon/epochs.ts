/** How an epoch begins, and when. */

import { assert, BugError } from '@wadi/base/errors'
import {
  BACKENDS,
  type EpochTimeState,
  type Parameters,
  type VrfParameters,
} from '@wadi/consensus/beacon'
import type { Epoch } from '@wadi/primitives/epoch'
import { type Context, currentHeight } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { randomValueAt } from './entropy.ts'
import { clearSchedule, scheduleEpoch, setEpoch, setRandomValue } from './state.ts'

/** The parameters of the backend with proofs; genesis demands them. */
export function vrfParametersOf({ vrfParameters }: Parameters): VrfParameters {
  assert(vrfParameters !== undefined, 'beacon: the VRF backend has no parameters')
  return vrfParameters
}

/** The height at which an epoch begins that follows the one that begins now. */
function heightOf(ctx: Context, params: Parameters, next: Epoch): bigint {
  if (params.backend === BACKENDS.vrf) return currentHeight(ctx) + vrfParametersOf(params).interval
  const { insecureParameters } = params
  assert(insecureParameters !== undefined, 'beacon: the insecure backend has no parameters')
  // COMPAT(oasis-core): the product is one of 64 bits.
  return BigInt.asIntN(64, next * insecureParameters.interval)
}

/** Begins an epoch with this block. Unless tests say when, the next one is scheduled. */
export function beginEpoch(ctx: Context, params: Parameters, epoch: Epoch): void {
  const { state } = ctx
  setEpoch(state, { epoch, height: currentHeight(ctx) })
  clearSchedule(state)
  if (!params.debugMockBackend) {
    const next = BigInt.asUintN(64, epoch + 1n)
    scheduleEpoch(state, { epoch: next, height: heightOf(ctx, params, next) })
  }
  emit(ctx, 'oasis_event_000_beacon', 'epoch', { epoch })
}

/** Does the epoch begin with this block? One that should have begun before stops the node. */
export function isDue(ctx: Context, { epoch, height }: EpochTimeState): boolean {
  const current = currentHeight(ctx)
  if (height < current)
    throw new BugError(
      `beacon: epoch ${epoch} was to begin at height ${height}, this is ${current}`,
    )
  return height === current
}

/** Draws the random bytes of an epoch that begins with this block. */
export function drawRandomValue(ctx: Context, epoch: Epoch): void {
  const beacon = randomValueAt(ctx, epoch)
  setRandomValue(ctx.state, beacon)
  emit(ctx, 'oasis_event_000_beacon', 'beacon', { beacon })
}
