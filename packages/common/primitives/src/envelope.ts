/** Signing values, and opening what others signed. Nothing inside is read before it is verified. */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { decode, encode, type Schema } from '@wadi/cbor/codec'
import type { SignatureContext } from '@wadi/crypto/signature/context'
import type { Signer } from '@wadi/crypto/signature/signer'
import {
  areExactSigners,
  isSignedByAll,
  isValidSignature,
  type SignatureRules,
} from '@wadi/crypto/signature/verification'
import { PublicKey } from './publicKey.ts'
import { type MultiSigned, RawSignature, type Signature, type Signed } from './signed.ts'
import type { Verified } from './verified.ts'

/** One error for all that is wrong with signatures: nobody learns which one was. */
export const errors = definePlainErrors('envelope', {
  verificationFailed: 'signature verification failed',
})

/** A value and who signed it. */
export interface Opened<T> {
  readonly value: T
  readonly signer: PublicKey
}

/** A value and everybody who signed it, one key perhaps twice. */
export interface OpenedByMany<T> {
  readonly value: T
  readonly signers: readonly PublicKey[]
}

function signMessage(signer: Signer, context: SignatureContext, message: Uint8Array): Signature {
  return {
    publicKey: PublicKey.check(signer.publicKey),
    signature: RawSignature.check(signer.sign(context, message)),
  }
}

/** Encodes a value and signs it. */
export function signValue<T>(
  signer: Signer,
  context: SignatureContext,
  schema: Schema<T>,
  value: T,
): Signed {
  const untrustedRawValue = encode(schema, value)
  return { untrustedRawValue, signature: signMessage(signer, context, untrustedRawValue) }
}

/** Encodes a value and has everybody sign it. */
export function multiSignValue<T>(
  signers: readonly Signer[],
  context: SignatureContext,
  schema: Schema<T>,
  value: T,
): MultiSigned {
  const untrustedRawValue = encode(schema, value)
  const signatures = signers.map((signer) => signMessage(signer, context, untrustedRawValue))
  return { untrustedRawValue, signatures }
}

/** Verifies the signature, and only then decodes the value. */
export function openSigned<T>(
  rules: SignatureRules,
  context: SignatureContext,
  schema: Schema<T>,
  { untrustedRawValue, signature }: Signed,
): Verified<Opened<T>> {
  const message = untrustedRawValue ?? EMPTY_BYTES
  if (!isValidSignature(rules, { context, message, ...signature })) {
    throw errors.verificationFailed()
  }
  const opened: Opened<T> = {
    value: decode(schema, untrustedRawValue),
    signer: signature.publicKey,
  }
  return opened as Verified<Opened<T>>
}

/** Verifies all signatures, of which there must be one, and only then decodes the value. */
export function openMultiSigned<T>(
  rules: SignatureRules,
  context: SignatureContext,
  schema: Schema<T>,
  { untrustedRawValue, signatures = [] }: MultiSigned,
): Verified<OpenedByMany<T>> {
  const message = untrustedRawValue ?? EMPTY_BYTES
  if (!isSignedByAll(rules, { context, message }, signatures)) throw errors.verificationFailed()
  const opened: OpenedByMany<T> = {
    value: decode(schema, untrustedRawValue),
    signers: signatures.map(({ publicKey }) => publicKey),
  }
  return opened as Verified<OpenedByMany<T>>
}

/** Does the key appear among the signers? The signatures themselves are not checked. */
export function isSignedBy({ signatures = [] }: MultiSigned, key: PublicKey): boolean {
  return signatures.some(({ publicKey }) => equalBytes(publicKey, key))
}

/**
 * Did exactly these keys sign? The signatures themselves are not checked.
 * COMPAT(oasis-core): signers are a set and the expected keys a list of the same length, so a key
 * that is expected twice stands for one that nobody expects. Whoever asks must expect each once.
 */
export function isOnlySignedBy(
  { signatures = [] }: MultiSigned,
  keys: readonly PublicKey[],
): boolean {
  return areExactSigners(signatures, keys)
}
