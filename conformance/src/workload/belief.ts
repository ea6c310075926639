/**
 * A world in which every signature is believed. What rules do behind the signatures can be tried
 * with the keys of a recorded chain, whose private halves nobody has.
 */

import type { Signer } from '@wadi/crypto/signature/signer'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature, type Signature } from '@wadi/primitives/signed'

/** The same rules, but for who computes: to it every signature is good. */
export function believing({ forbidden }: SignatureRules): SignatureRules {
  const provider = {
    verifySignature: () => true,
    verifySignatures: (signed: readonly unknown[]) => signed.map(() => true),
  }
  return { forbidden, provider }
}

/** Whoever a key belongs to, as far as a believer can tell. */
export function pretend(publicKey: Uint8Array): Signer {
  return { publicKey, role: 'consensus', sign: () => RawSignature.zero }
}

/** A signature that only a believer takes for good. */
export function signatureOf(publicKey: Uint8Array): Signature {
  return { publicKey: PublicKey.check(publicKey), signature: RawSignature.zero }
}
