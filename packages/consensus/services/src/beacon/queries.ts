/** What everybody may know of epochs and randomness. */

import * as keys from '@wadi/consensus/beacon/keys'
import { EPOCH_INVALID, type Epoch } from '@wadi/primitives/epoch'
import { type Context, currentHeight } from '../kernel/context.ts'
import { type ReadableState, read } from '../kernel/state.ts'

/** The epoch that a state is in; zero before the beacon has set one. */
export function epochOf(state: ReadableState): Epoch {
  return read(state, keys.currentEpoch)?.epoch ?? 0n
}

/**
 * The epoch of the block that is being made, also before the beacon has gone over to it.
 * COMPAT(oasis-core): there is none before the first block is committed.
 */
export function currentEpoch(ctx: Context): Epoch {
  if (ctx.committed === undefined) return EPOCH_INVALID
  const future = read(ctx.state, keys.futureEpoch)
  return future?.height === currentHeight(ctx) ? future.epoch : epochOf(ctx.state)
}

/** The epoch that begins with this block; undefined if none does. */
export function beginningEpoch({ state, committed, chain }: Context): Epoch | undefined {
  // COMPAT(oasis-core): the first two blocks begin no epoch, whatever the state says.
  if (committed === undefined || committed.height === chain.initialHeight) return undefined
  const epoch = epochOf(state)
  return epoch === epochOf(committed.state) ? undefined : epoch
}
