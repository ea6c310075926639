/** Secrets as they are published: encrypted for each enclave of the committee, and signed. */

import { concatBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { encodeRust } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import {
  EncryptedEphemeralSecret,
  EncryptedMasterSecret,
  type EncryptedSecret,
  type SignedEncryptedEphemeralSecret,
  type SignedEncryptedMasterSecret,
} from '@wadi/consensus/keymanager'
import { deoxysii } from '@wadi/crypto/aead/deoxysii'
import { nextBoxNonce, useBoxKey } from '@wadi/crypto/aead/mraeBox'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Signer } from '@wadi/crypto/signature/signer'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { errors } from './errors.ts'
import { littleEndian } from './integers.ts'
import { SEALED_BYTES } from './sealedSecret.ts'

/** What a master secret is bound to when it is encrypted. */
export function masterSecretData(id: Namespace, generation: bigint, epoch: Epoch): Uint8Array {
  return concatBytes(id, littleEndian(generation), littleEndian(epoch))
}

/** What an ephemeral secret is bound to. */
export function ephemeralSecretData(id: Namespace, epoch: Epoch): Uint8Array {
  return concatBytes(id, littleEndian(epoch))
}

/** A secret to be published. */
export interface Publication {
  readonly secret: Secret<Uint8Array>
  readonly checksum: Uint8Array
  readonly associatedData: Uint8Array
}

/** Encrypts a secret for the holders of all these keys. */
export function encryptSecret(
  { secret, checksum, associatedData }: Publication,
  reks: readonly X25519PublicKey[],
  random: RandomSource,
): EncryptedSecret {
  const privateKey = random.bytes(32)
  let nonce = random.bytes(deoxysii.nonceBytes)
  const ciphertexts = reks.map((rek) => {
    // COMPAT(oasis-core): before each recipient, so that the drawn one is never used.
    nonce = nextBoxNonce(nonce)
    const key = useBoxKey(x25519, privateKey, rek)
    const sealed = key.seal(nonce, secret.reveal(), associatedData)
    key.wipe()
    return [rek, concatBytes(sealed, nonce)] as const
  })
  return {
    checksum,
    pubKey: X25519PublicKey.check(x25519.publicKey(privateKey)),
    ciphertexts: keyedMap(X25519PublicKey, ciphertexts),
  }
}

/** Who opens: the private half of one of the keys. */
export interface Recipient {
  readonly rek: X25519PublicKey
  readonly privateKey: Secret<Uint8Array>
}

/** The secret; undefined if it was not encrypted for this recipient. */
export function decryptSecret(
  { pubKey, ciphertexts }: EncryptedSecret,
  { rek, privateKey }: Recipient,
  associatedData: Uint8Array,
): Secret<Uint8Array> | undefined {
  const ciphertext = ciphertexts?.get(rek)
  if (ciphertext === undefined) return undefined
  if (ciphertext.length !== SEALED_BYTES) throw errors.invalidCiphertext()
  const at = SEALED_BYTES - deoxysii.nonceBytes
  const key = useBoxKey(x25519, privateKey.reveal(), pubKey)
  try {
    const text = key.open(ciphertext.subarray(at), ciphertext.subarray(0, at), associatedData)
    return new Secret(text)
  } catch (error) {
    if (error instanceof CodedError) throw errors.ciphertextNotAuthentic()
    throw error
  } finally {
    key.wipe()
  }
}

/** A master secret with the signature of the enclave that made it. */
export function signMasterSecret(
  rak: Signer,
  secret: EncryptedMasterSecret,
): SignedEncryptedMasterSecret {
  const message = encodeRust(EncryptedMasterSecret, secret)
  const signature = rak.sign(contextOf(contexts.encryptedMasterSecret), message)
  return { secret, signature: RawSignature.check(signature) }
}

/** An ephemeral secret, likewise. */
export function signEphemeralSecret(
  rak: Signer,
  secret: EncryptedEphemeralSecret,
): SignedEncryptedEphemeralSecret {
  const message = encodeRust(EncryptedEphemeralSecret, secret)
  const signature = rak.sign(contextOf(contexts.encryptedEphemeralSecret), message)
  return { secret, signature: RawSignature.check(signature) }
}
