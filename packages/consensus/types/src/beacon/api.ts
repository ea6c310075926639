/** What the beacon is asked. */

import { bytes, i64 } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { asked, askedAt, askedFor, Nothing, watched } from '../api.ts'
import { EpochTimeState, Genesis, Parameters } from './types.ts'

export const calls = {
  'Beacon/GetBaseEpoch': asked(Epoch),
  'Beacon/GetEpoch': askedAt(Epoch),
  /** The epoch of the block after this one. */
  'Beacon/GetNextEpoch': askedAt(Epoch),
  /** The next epoch, if it is known already at which height it begins. */
  'Beacon/GetFutureEpoch': askedAt(nilable(EpochTimeState)),
  /** The height at which an epoch began. */
  'Beacon/GetEpochBlock': askedFor(Epoch, i64),
  'Beacon/GetBeacon': askedAt(bytes),
  'Beacon/StateToGenesis': askedAt(Genesis),
  'Beacon/ConsensusParameters': askedAt(Parameters),
} as const

/** Calls that are answered when the chain is so far. */
export const waits = {
  'Beacon/WaitEpoch': askedFor(Epoch, Nothing),
} as const

export const streams = {
  /** The epoch that it is, and each that follows. */
  'Beacon/WatchEpochs': watched(Epoch),
} as const
