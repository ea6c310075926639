/** What transactions ask of CHURP. */

import type { Infer } from '@wadi/cbor/codec'
import { u8 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { Hash } from '@wadi/primitives/hash'
import { RawSignature } from '@wadi/primitives/signed'
import { identityFields, SignedPolicySgx } from './types.ts'

/** Body of keymanager/churp.Create. */
export const Create = struct({
  ...identityFields,
  suiteId: omitEmpty(u8),
  threshold: omitEmpty(u8),
  extraShares: omitEmpty(u8),
  handoffInterval: omitEmpty(Epoch),
  policy: omitEmpty(SignedPolicySgx),
})
export type Create = Infer<typeof Create>

/** Body of keymanager/churp.Update: undefined stays as it is. */
export const Update = struct({
  ...identityFields,
  extraShares: optional(u8),
  handoffInterval: optional(Epoch),
  policy: optional(SignedPolicySgx),
})
export type Update = Infer<typeof Update>

/** An enclave offers to take part in the next handoff. */
export const ApplicationRequest = struct({ ...identityFields, epoch: Epoch, checksum: Hash })
export type ApplicationRequest = Infer<typeof ApplicationRequest>

/** Body of keymanager/churp.Apply, signed by the enclave. */
export const SignedApplicationRequest = struct({
  application: ApplicationRequest,
  signature: RawSignature,
})
export type SignedApplicationRequest = Infer<typeof SignedApplicationRequest>

/** An enclave says that it has its share of the next handoff. */
export const ConfirmationRequest = struct({ ...identityFields, epoch: Epoch, checksum: Hash })
export type ConfirmationRequest = Infer<typeof ConfirmationRequest>

/** Body of keymanager/churp.Confirm, signed by the enclave. */
export const SignedConfirmationRequest = struct({
  confirmation: ConfirmationRequest,
  signature: RawSignature,
})
export type SignedConfirmationRequest = Infer<typeof SignedConfirmationRequest>

/** Bodies by the name of the method. */
export const methodBodies = {
  'keymanager/churp.Create': Create,
  'keymanager/churp.Update': Update,
  'keymanager/churp.Apply': SignedApplicationRequest,
  'keymanager/churp.Confirm': SignedConfirmationRequest,
} as const
