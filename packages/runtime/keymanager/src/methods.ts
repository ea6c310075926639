/** What a key manager's enclave is asked, and what it answers. */

import type { Infer } from '@wadi/cbor/codec'
import { bytes, fixedBytes, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  Status,
} from '@wadi/consensus/keymanager'
import { Epoch } from '@wadi/primitives/epoch'
import { KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'

/** Keys of a generation of the master secret. */
export const LongTermKeyRequest = struct({
  /** How far the asker has got; who is too far behind gets nothing. */
  height: u64,
  runtimeId: fixedBytes(32),
  keyPairId: KeyPairId,
  generation: omitEmpty(u64),
})
export type LongTermKeyRequest = Infer<typeof LongTermKeyRequest>

/** Keys of an epoch. */
export const EphemeralKeyRequest = struct({
  height: u64,
  runtimeId: fixedBytes(32),
  keyPairId: KeyPairId,
  epoch: Epoch,
})
export type EphemeralKeyRequest = Infer<typeof EphemeralKeyRequest>

/** A copy of a master secret. */
export const ReplicateMasterSecretRequest = struct({ height: u64, generation: omitEmpty(u64) })
export type ReplicateMasterSecretRequest = Infer<typeof ReplicateMasterSecretRequest>

/** The checksum is that of the generation before. */
export const ReplicateMasterSecretResponse = struct({
  masterSecret: fixedBytes(32),
  checksum: omitEmpty(bytes),
})

/** A copy of the secret of an epoch. */
export const ReplicateEphemeralSecretRequest = struct({ height: u64, epoch: Epoch })
export type ReplicateEphemeralSecretRequest = Infer<typeof ReplicateEphemeralSecretRequest>
export const ReplicateEphemeralSecretResponse = struct({ ephemeralSecret: fixedBytes(32) })

/** Get ready, for this status. */
export const InitRequest = struct({ status: Status })
export type InitRequest = Infer<typeof InitRequest>

/** Make secrets to be published. */
export const GenerateMasterSecretRequest = struct({ generation: u64, epoch: Epoch })
export type GenerateMasterSecretRequest = Infer<typeof GenerateMasterSecretRequest>
export const GenerateMasterSecretResponse = struct({ signedSecret: SignedEncryptedMasterSecret })
export const GenerateEphemeralSecretRequest = struct({ epoch: Epoch })
export type GenerateEphemeralSecretRequest = Infer<typeof GenerateEphemeralSecretRequest>
export const GenerateEphemeralSecretResponse = struct({
  signedSecret: SignedEncryptedEphemeralSecret,
})

/** Take secrets that were published. */
export const LoadMasterSecretRequest = struct({ signedSecret: SignedEncryptedMasterSecret })
export type LoadMasterSecretRequest = Infer<typeof LoadMasterSecretRequest>
export const LoadEphemeralSecretRequest = struct({ signedSecret: SignedEncryptedEphemeralSecret })
export type LoadEphemeralSecretRequest = Infer<typeof LoadEphemeralSecretRequest>
