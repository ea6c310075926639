/** What the key manager keeps in the state about secrets. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bool, bytes, u32, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { Epoch } from '@wadi/primitives/epoch'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature, Signature } from '@wadi/primitives/signed'
import { Genesis as ChurpGenesis } from '../churp/types.ts'
import { GasCosts } from '../gas.ts'

/** Which enclaves may ask for the keys of a runtime, and which may copy the secrets. */
export const EnclavePolicySgx = struct({
  mayQuery: nilable(mapOf(Namespace, nilable(list(EnclaveIdentity)))),
  mayReplicate: nilable(list(EnclaveIdentity)),
})
export type EnclavePolicySgx = Infer<typeof EnclavePolicySgx>

/** What the owner allows the enclaves. */
export const PolicySgx = struct({
  serial: u32,
  id: Namespace,
  // The keys of this map are maps on the wire.
  enclaves: nilable(mapOf(EnclaveIdentity, nilable(EnclavePolicySgx))),
  masterSecretRotationInterval: omitEmpty(Epoch),
  maxEphemeralSecretAge: omitEmpty(Epoch),
})
export type PolicySgx = Infer<typeof PolicySgx>

/** A policy and the signatures of those who may set it. */
export const SignedPolicySgx = struct({
  policy: PolicySgx,
  signatures: nilable(list(Signature)),
})
export type SignedPolicySgx = Infer<typeof SignedPolicySgx>

/** Where a key manager stands. */
export const Status = struct({
  id: Namespace,
  isInitialized: bool,
  isSecure: bool,
  generation: omitEmpty(u64),
  rotationEpoch: omitEmpty(Epoch),
  checksum: nilable(bytes),
  nodes: nilable(list(PublicKey)),
  policy: nilable(SignedPolicySgx),
  nextPolicy: optional(SignedPolicySgx),
  rsk: optional(PublicKey),
})
export type Status = Infer<typeof Status>

/** A secret, encrypted for each enclave that is to have it. */
export const EncryptedSecret = struct({
  checksum: nilable(bytes),
  pubKey: X25519PublicKey,
  ciphertexts: nilable(mapOf(X25519PublicKey, nilable(bytes))),
})
export type EncryptedSecret = Infer<typeof EncryptedSecret>

/** A generation of the secret from which all lasting keys come. */
export const EncryptedMasterSecret = struct({
  runtimeId: Namespace,
  generation: u64,
  epoch: Epoch,
  secret: EncryptedSecret,
})
export type EncryptedMasterSecret = Infer<typeof EncryptedMasterSecret>

/** A master secret, signed by the enclave that made it. */
export const SignedEncryptedMasterSecret = struct({
  secret: EncryptedMasterSecret,
  signature: RawSignature,
})
export type SignedEncryptedMasterSecret = Infer<typeof SignedEncryptedMasterSecret>

/** The secret of an epoch, whose keys are forgotten. */
export const EncryptedEphemeralSecret = struct({
  runtimeId: Namespace,
  epoch: Epoch,
  secret: EncryptedSecret,
})
export type EncryptedEphemeralSecret = Infer<typeof EncryptedEphemeralSecret>

/** An ephemeral secret, signed by the enclave that made it. */
export const SignedEncryptedEphemeralSecret = struct({
  secret: EncryptedEphemeralSecret,
  signature: RawSignature,
})
export type SignedEncryptedEphemeralSecret = Infer<typeof SignedEncryptedEphemeralSecret>

/** What an enclave said when it started; a node's descriptor carries it as extra information. */
export const InitResponse = struct({
  isSecure: bool,
  checksum: nilable(bytes),
  nextChecksum: omitEmpty(bytes),
  policyChecksum: nilable(bytes),
  rsk: optional(PublicKey),
  nextRsk: optional(PublicKey),
})
export type InitResponse = Infer<typeof InitResponse>

/** An initialization response, signed by the enclave. */
export const SignedInitResponse = struct({
  initResponse: InitResponse,
  signature: nilable(bytes),
})
export type SignedInitResponse = Infer<typeof SignedInitResponse>

/** The parameters of the secrets part. */
export const Parameters = struct({ gasCosts: omitEmpty(GasCosts) })
export type Parameters = Infer<typeof Parameters>

/** The key manager's section of the genesis document: secrets, and CHURP as a part of its own. */
export const Genesis = struct({
  params: Parameters,
  // COMPAT(oasis-core): the elements are pointers: null stays null, and the genesis hash shows it.
  statuses: omitEmpty(list(nilable(Status))),
  churp: optional(ChurpGenesis),
})
export type Genesis = Infer<typeof Genesis>
