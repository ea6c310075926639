/** What transactions ask of the beacon. */

import type { Infer } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { nilable, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'

/** Body of beacon.SetEpoch, which exists with the mock backend only: the bare number. */
export const SetEpoch = Epoch
export type SetEpoch = Infer<typeof SetEpoch>

/** Body of beacon.VRFProve: a node's proof for an epoch. */
export const VrfProve = struct({ epoch: Epoch, pi: nilable(bytes) })
export type VrfProve = Infer<typeof VrfProve>

/** Bodies by the name of the method. */
export const methodBodies = {
  'beacon.SetEpoch': SetEpoch,
  'beacon.VRFProve': VrfProve,
} as const
