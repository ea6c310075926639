/** Secrets as an enclave leaves them with its host: sealed, so that only the same enclave opens. */

import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { type AeadKey, TAG_BYTES } from '@wadi/crypto/aead/aead'
import { deoxysii } from '@wadi/crypto/aead/deoxysii'
import { kmac256 } from '@wadi/crypto/hash/cshake'

/** The key that the hardware has for an enclave; for tests everybody has it. */
export type SealingRoot = (context: Uint8Array) => Secret<Uint8Array>

/** What keeps secrets that were accepted from being replaced by proposals that were not. */
export const SEAL_CONTEXTS = {
  masterSecret: 'oasis-core/keymanager: master secret seal',
  masterSecretProposal: 'oasis-core/keymanager: master secret proposal seal',
} as const

export type SealPurpose = keyof typeof SEAL_CONTEXTS

const SECRET_BYTES = 32
/** Bytes of a sealed secret: ciphertext, tag, nonce. */
export const SEALED_BYTES: number = SECRET_BYTES + TAG_BYTES + deoxysii.nonceBytes

/** Where there is no enclave: no protection, but the same form. */
export const insecureSealingRoot: SealingRoot = (context) => {
  const custom = 'Ekiden Extract Test SGX Seal Key'
  return new Secret(kmac256(toUtf8('Ekiden Test MRENCLAVE KEY'), { custom, size: 16 }, context))
}

function keyOf(root: SealingRoot, purpose: SealPurpose): AeadKey {
  const context = toUtf8(SEAL_CONTEXTS[purpose])
  const custom = 'Ekiden Expand SGX Seal Key'
  return deoxysii.useKey(kmac256(root(context).reveal(), { custom, size: 32 }, context))
}

/** How a secret is sealed: for what, under which root, and about which generation it is. */
export interface Sealing {
  readonly root: SealingRoot
  readonly purpose: SealPurpose
  readonly associatedData: Uint8Array
}

/** Seals a secret. */
export function sealSecret(
  { root, purpose, associatedData }: Sealing,
  secret: Secret<Uint8Array>,
  random: RandomSource,
): Uint8Array {
  const key = keyOf(root, purpose)
  const nonce = random.bytes(deoxysii.nonceBytes)
  try {
    return concatBytes(key.seal(nonce, secret.reveal(), associatedData), nonce)
  } finally {
    key.wipe()
  }
}

/** The sealed secret; undefined for anything else. */
export function openSealedSecret(
  { root, purpose, associatedData }: Sealing,
  sealed: Uint8Array,
): Secret<Uint8Array> | undefined {
  if (sealed.length !== SEALED_BYTES) return undefined
  const at = SEALED_BYTES - deoxysii.nonceBytes
  const key = keyOf(root, purpose)
  try {
    return new Secret(key.open(sealed.subarray(at), sealed.subarray(0, at), associatedData))
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  } finally {
    key.wipe()
  }
}
