/** What the beacon tells. */

import type { Infer } from '@wadi/cbor/codec'
import { bytes, i64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'

/** A new epoch has begun. */
export const EpochEvent = struct({ epoch: omitEmpty(Epoch) })
export type EpochEvent = Infer<typeof EpochEvent>

/** There is a new random value. */
export const BeaconEvent = struct({ beacon: omitEmpty(bytes) })
export type BeaconEvent = Infer<typeof BeaconEvent>

/** Nodes may prove from a height on. */
export const VrfEvent = struct({
  epoch: omitEmpty(Epoch),
  alpha: omitEmpty(bytes),
  submitAfter: i64,
})
export type VrfEvent = Infer<typeof VrfEvent>

/** Bodies by kind, as in the attributes of a block's results. */
export const events = { epoch: EpochEvent, beacon: BeaconEvent, vrf: VrfEvent } as const
