/** Every transaction of the beacon. Both decode their bodies themselves, after other checks. */

import type { Schema } from '@wadi/cbor/codec'
import { methodBodies } from '@wadi/consensus/beacon/methods'
import type { Methods } from '../kernel/method.ts'
import { setEpoch } from './transactions/setEpoch.ts'
import { vrfProve } from './transactions/vrfProve.ts'

/** Methods by name. */
export const methods: Methods = {
  'beacon.SetEpoch': { body: methodBodies['beacon.SetEpoch'] as Schema<unknown>, run: setEpoch },
  'beacon.VRFProve': { body: methodBodies['beacon.VRFProve'] as Schema<unknown>, run: vrfProve },
}
