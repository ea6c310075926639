/** What the beacon writes. */

import type { EpochTimeState, Parameters, RandomValue, VrfState } from '@wadi/consensus/beacon'
import * as keys from '@wadi/consensus/beacon/keys'
import type { Epoch } from '@wadi/primitives/epoch'
import { erase, has, type State, write } from '../kernel/state.ts'
import { errors } from './errors.ts'

/** Writes the parameters. */
export function setParameters(state: State, params: Parameters): void {
  write(state, keys.parameters, [], params)
}

/** Begins an epoch at a height. */
export function setEpoch(state: State, begun: EpochTimeState): void {
  write(state, keys.currentEpoch, [], begun)
}

/** Says when the next epoch begins, which nobody may have said before. */
export function scheduleEpoch(state: State, next: EpochTimeState): void {
  if (has(state, keys.futureEpoch)) throw errors.epochScheduled()
  write(state, keys.futureEpoch, [], next)
}

/** Forgets when the next epoch begins. */
export function clearSchedule(state: State): void {
  erase(state, keys.futureEpoch)
}

/** Remembers the epoch that a test asked for. */
export function setPendingMockEpoch(state: State, epoch: Epoch): void {
  write(state, keys.pendingMockEpoch, [], epoch)
}

/** Forgets the epoch that a test asked for. */
export function clearPendingMockEpoch(state: State): void {
  erase(state, keys.pendingMockEpoch)
}

/** Writes the random bytes of the epoch. */
export function setRandomValue(state: State, value: RandomValue): void {
  write(state, keys.randomValue, [], value)
}

/** Writes the round of proofs. */
export function setVrfState(state: State, vrf: VrfState): void {
  write(state, keys.vrfState, [], vrf)
}
