/** The key manager's word on a public key. */

import { concatBytes } from '@wadi/base/bytes'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { Signer } from '@wadi/crypto/signature/signer'
import { isValidSignature, signatureRules } from '@wadi/crypto/signature/verification'
import type { Epoch } from '@wadi/primitives/epoch'
import type { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import type { SignedPublicKey } from '@wadi/runtime-protocol/enclave-rpc/keys'
import type { KeyPairOwner } from './derivation.ts'
import { errors } from './errors.ts'
import { bigEndian } from './integers.ts'
import { EPHEMERAL_KEY_AGE_MAX } from './limits.ts'

const CHECKSUM_BYTES = 32
const ANY_KEY = signatureRules(forbidKeys())

/** Whose key it is; of which epoch, if it is one of an epoch. */
export interface PublicKeyOwner extends KeyPairOwner {
  readonly epoch: Epoch | undefined
}

function messageOf(
  { key, checksum, expiration }: Omit<SignedPublicKey, 'signature'>,
  { runtimeId, keyPairId, epoch }: PublicKeyOwner,
): Uint8Array {
  const parts = [key, checksum, runtimeId, keyPairId]
  if (epoch !== undefined) parts.push(bigEndian(epoch))
  if (expiration !== undefined) parts.push(bigEndian(expiration))
  return concatBytes(...parts)
}

/** Signs a key; the checksum is that of the secret from which the signer came. */
export function signPublicKey(
  signer: Signer,
  { key, checksum }: { readonly key: X25519PublicKey; readonly checksum: Uint8Array },
  owner: PublicKeyOwner,
): SignedPublicKey {
  if (checksum.length !== CHECKSUM_BYTES) throw errors.invalidChecksum()
  const { epoch } = owner
  const expiration = epoch === undefined ? undefined : epoch + EPHEMERAL_KEY_AGE_MAX
  const message = messageOf({ key, checksum, expiration }, owner)
  const signature = signer.sign(contextOf(contexts.keyManagerPublicKey), message)
  return { key, checksum, signature: RawSignature.check(signature), expiration }
}

/** Refuses a key that the key manager has not signed, or not for this owner, or not for now. */
export function checkPublicKey(
  signed: SignedPublicKey,
  owner: PublicKeyOwner,
  { rsk, now }: { readonly rsk: PublicKey; readonly now: Epoch | undefined },
): void {
  const { checksum, expiration, signature } = signed
  if (checksum.length !== CHECKSUM_BYTES) throw errors.invalidChecksum()
  if (owner.epoch !== undefined) {
    if (now === undefined) throw errors.epochRequired()
    if (now < owner.epoch) throw errors.fromFuture()
  }
  if (expiration !== undefined) {
    if (now === undefined) throw errors.epochRequired()
    if (now > expiration) throw errors.expired()
  }
  const context = contextOf(contexts.keyManagerPublicKey)
  const message = messageOf(signed, owner)
  const isValid = isValidSignature(ANY_KEY, { context, message, publicKey: rsk, signature })
  if (!isValid) throw errors.invalidSignature()
}
