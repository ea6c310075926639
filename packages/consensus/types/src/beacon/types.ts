/** What the beacon keeps in the state: epochs and randomness. */

import type { Infer } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { bool, bytes, bytesOf, type FixedBytes, i64, text, u64 } from '@wadi/cbor/scalars'
import { named, nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Proof } from '@wadi/primitives/signed'
import { GasCosts } from '../gas.ts'

/** The two sources of randomness that `backend` may name. */
export const BACKENDS = { insecure: 'insecure', vrf: 'vrf' } as const

/** The random bytes of an epoch. */
export type RandomValue = FixedBytes<'RandomValue'>
export const RandomValue = bytesOf('RandomValue', 32)

/** An epoch and the height at which it begins. */
export const EpochTimeState = struct({ epoch: Epoch, height: i64 })
export type EpochTimeState = Infer<typeof EpochTimeState>

/**
 * The proofs of the nodes, by node.
 * COMPAT(oasis-core): the values are pointers, and null is kept; no rule writes it.
 */
export const VrfProofs = mapOf(PublicKey, nilable(Proof))
export type VrfProofs = Infer<typeof VrfProofs>

/** What is remembered of the epoch before. */
export const PrevVrfState = struct({
  // COMPAT(oasis-core): a misspelt tag made this literal key, and the field is never left out.
  pi: named('pi.omitempty', nilable(VrfProofs)),
  canElect: omitEmpty(bool),
})
export type PrevVrfState = Infer<typeof PrevVrfState>

/** The round of VRF proofs that is under way. */
export const VrfState = struct({
  epoch: omitEmpty(Epoch),
  alpha: omitEmpty(bytes),
  pi: omitEmpty(VrfProofs),
  alphaHq: omitEmpty(bool),
  submitAfter: omitEmpty(i64),
  prevState: optional(PrevVrfState),
})
export type VrfState = Infer<typeof VrfState>

/** How many blocks an epoch has when randomness need not be good. */
export const InsecureParameters = struct({ interval: omitEmpty(i64) })
export type InsecureParameters = Infer<typeof InsecureParameters>

/** Blocks in an epoch, blocks before proofs are taken, and how many proofs make good randomness. */
export const VrfParameters = struct({
  alphaHqThreshold: omitEmpty(u64),
  interval: omitEmpty(i64),
  proofDelay: omitEmpty(i64),
  gasCosts: omitEmpty(GasCosts),
})
export type VrfParameters = Infer<typeof VrfParameters>

/** Which source of randomness there is, and its settings. */
export const Parameters = struct({
  backend: text,
  debugMockBackend: omitEmpty(bool),
  insecureParameters: optional(InsecureParameters),
  vrfParameters: optional(VrfParameters),
})
export type Parameters = Infer<typeof Parameters>

/** The beacon's section of the genesis document. */
export const Genesis = struct({ base: Epoch, params: Parameters })
export type Genesis = Infer<typeof Genesis>
