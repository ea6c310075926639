/** Every key of the beacon. */

import { Epoch } from '@wadi/primitives/epoch'
import { keyFormat } from '@wadi/primitives/keyFormat'
import { cborValue, rawValue } from '../state/stateTable.ts'
import { EpochTimeState, Parameters, RandomValue, VrfState } from './types.ts'

/** The epoch of now, and the height at which it began. */
export const currentEpoch = {
  name: 'beacon.currentEpoch',
  keys: keyFormat(0x40),
  value: cborValue(EpochTimeState),
} as const

/** The next epoch, once its height is known. */
export const futureEpoch = {
  name: 'beacon.futureEpoch',
  keys: keyFormat(0x41),
  value: cborValue(EpochTimeState),
} as const

/** The random bytes of the current epoch. */
export const randomValue = {
  name: 'beacon.randomValue',
  keys: keyFormat(0x42),
  value: rawValue(RandomValue),
} as const

/** The beacon's parameters. */
export const parameters = {
  name: 'beacon.parameters',
  keys: keyFormat(0x43),
  value: cborValue(Parameters),
} as const

/** The epoch that a test asked for, until the next block. */
export const pendingMockEpoch = {
  name: 'beacon.pendingMockEpoch',
  keys: keyFormat(0x45),
  value: cborValue(Epoch),
} as const

/** The round of proofs that is under way. */
export const vrfState = {
  name: 'beacon.vrfState',
  keys: keyFormat(0x46),
  value: cborValue(VrfState),
} as const
