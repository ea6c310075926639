/** What everybody may know of epochs and randomness. */

import {
  BACKENDS,
  type EpochTimeState,
  type Parameters,
  type RandomValue,
  type VrfState,
} from '@wadi/consensus/beacon'
import { errors } from '@wadi/consensus/beacon/errors'
import * as keys from '@wadi/consensus/beacon/keys'
import { EPOCH_INVALID, type Epoch } from '@wadi/primitives/epoch'
import { type Context, currentHeight } from '../kernel/context.ts'
import { type ReadableState, read, readExisting } from '../kernel/state.ts'

/** The epoch that a state is in, and the height at which it began; zeros before there is one. */
export function epochTimeOf(state: ReadableState): EpochTimeState {
  return read(state, keys.currentEpoch) ?? { epoch: 0n, height: 0n }
}

/** The epoch that a state is in; zero before the beacon has set one. */
export function epochOf(state: ReadableState): Epoch {
  return epochTimeOf(state).epoch
}

/** The next epoch, if it is known already at which height it begins. */
export function futureEpochOf(state: ReadableState): EpochTimeState | undefined {
  return read(state, keys.futureEpoch)
}

/** The epoch that a test asked for, until the beacon can schedule it. */
export function pendingMockEpochOf(state: ReadableState): Epoch | undefined {
  return read(state, keys.pendingMockEpoch)
}

/**
 * The epoch of the block that is being made, also before the beacon has gone over to it.
 * COMPAT(oasis-core): there is none before the first block is committed.
 */
export function currentEpoch(ctx: Context): Epoch {
  if (ctx.committed === undefined) return EPOCH_INVALID
  const future = futureEpochOf(ctx.state)
  return future?.height === currentHeight(ctx) ? future.epoch : epochOf(ctx.state)
}

/** The epoch that begins with this block; undefined if none does. */
export function beginningEpoch({ state, committed, chain }: Context): Epoch | undefined {
  // COMPAT(oasis-core): the first two blocks begin no epoch, whatever the state says.
  if (committed === undefined || committed.height === chain.initialHeight) return undefined
  const epoch = epochOf(state)
  return epoch === epochOf(committed.state) ? undefined : epoch
}

/** The random bytes of the epoch; the first epochs have none. */
export function randomValueOf(state: ReadableState): RandomValue {
  const value = read(state, keys.randomValue)
  if (value === undefined) throw errors.beaconNotAvailable()
  return value
}

/** The round of proofs that is under way; undefined before the first block, or without VRFs. */
export function vrfStateOf(state: ReadableState): VrfState | undefined {
  return read(state, keys.vrfState)
}

/** The beacon's parameters. */
export function parametersOf(state: ReadableState): Parameters {
  return readExisting(state, keys.parameters)
}

/** Do tests say which epoch begins, and when? Epochs may be left out then. */
export function areEpochsMocked(state: ReadableState): boolean {
  return read(state, keys.parameters)?.debugMockBackend === true
}

/**
 * May an epoch begin that no service is told of? Not only where tests leave some out.
 * COMPAT(oasis-core): an epoch that begins with the second block is not told. Where epochs are
 * counted by heights alone, one may, when a chain begins from a dump.
 */
export function canMissEpochs(state: ReadableState): boolean {
  const backend = read(state, keys.parameters)?.backend
  return areEpochsMocked(state) || backend === BACKENDS.insecure
}
