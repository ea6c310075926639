/** ECDSA over the three curves in use: the face, and what every implementation checks first. */

import { compareBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { parseDerSignature, type SignatureNumbers } from './derSignature.ts'

export const errors = definePlainErrors('ecdsa', {
  badDigestSize: 'digest has the wrong size',
  badPrivateKey: 'not a private key of the curve',
})

export type CurveName = 'secp256k1' | 'secp256r1' | 'secp384r1'

/** The hashes that messages are signed under. */
export type HashName = 'sha256' | 'sha384' | 'sha512-256'

/** How long their digests are. */
export const HASH_BYTES: { readonly [K in HashName]: number } = {
  sha256: 32,
  sha384: 48,
  'sha512-256': 32,
}

/**
 * What to do with a signature whose s is in the upper half of the group order. Everybody can turn
 * (r, s) into (r, n - s), so where a signature's bytes are hashed only one of the two may count.
 *
 * COMPAT(oasis-sdk): secp256k1 signatures with a high s are refused everywhere (transactions,
 * multisig, precompiles, recovery); for the two NIST curves both are accepted.
 */
export type HighS = 'accept' | 'refuse'

/** Malformed inputs are told apart because the runtime SDK reports them apart. */
export type Verdict = 'valid' | 'invalid' | 'malformed-public-key' | 'malformed-signature'

/** Key in SEC 1 form, compressed or not; signature in strict DER. */
export interface SignatureCheck {
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
  readonly highS: HighS
}

export interface DigestCheck extends SignatureCheck {
  readonly digest: Uint8Array
}

export interface MessageCheck extends SignatureCheck {
  /** Its digests must be as long as the group order: no caller cuts or fills them. */
  readonly hash: HashName
  readonly message: Uint8Array
}

/** Verification on one curve; node/crypto has native ones behind the same face. */
export interface EcdsaVerifier {
  readonly curve: CurveName
  verifyMessage(check: MessageCheck): Verdict
}

/** One curve, with everything. */
export interface Ecdsa extends EcdsaVerifier {
  /** How long a digest is: as long as the group order. */
  readonly digestBytes: number
  verifyDigest(check: DigestCheck): Verdict
  /** The compressed public key. */
  publicKey(privateKey: Uint8Array): Uint8Array
  /** Deterministic (RFC 6979) signature in DER; with a low s on secp256k1. */
  signDigest(privateKey: Uint8Array, digest: Uint8Array): Uint8Array
}

/** What the curves' parameters say about encodings. */
export interface CurveShape {
  /** Bytes of a coordinate, of a scalar and of a digest. */
  readonly size: number
  readonly order: Uint8Array
  /** The largest s that is not high. */
  readonly lowSMax: Uint8Array
}

/** Refuses a digest that is not as long as the group order. */
export function checkDigestSize({ size }: CurveShape, digestBytes: number): void {
  if (digestBytes !== size) throw errors.badDigestSize(`${digestBytes} bytes`)
}

/** What is wrong with a check before any arithmetic on the curve, or the signature's numbers. */
export function parseCheck(
  { size, order, lowSMax }: CurveShape,
  { publicKey, signature, highS }: SignatureCheck,
): SignatureNumbers | Exclude<Verdict, 'valid'> {
  const numbers = parseDerSignature(signature, size)
  if (numbers === undefined) return 'malformed-signature'
  for (const number of [numbers.r, numbers.s]) {
    const isInRange = number.some((byte) => byte !== 0) && compareBytes(number, order) < 0
    if (!isInRange) return 'malformed-signature'
  }
  const [tag] = publicKey
  const isCompressed = publicKey.length === size + 1 && (tag === 2 || tag === 3)
  const isUncompressed = publicKey.length === 2 * size + 1 && tag === 4
  if (!isCompressed && !isUncompressed) return 'malformed-public-key'
  if (highS === 'refuse' && compareBytes(numbers.s, lowSMax) > 0) return 'invalid'
  return numbers
}
