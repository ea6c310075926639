/**
 * sr25519: Schnorr signatures over ristretto255 with Merlin transcripts, as Schnorrkel makes them.
 * The runtime SDK verifies them; wallets of the Substrate world sign them.
 */

import { ristretto255 } from '@noble/curves/ed25519.js'
import { concatBytes, equalBytes } from '@wadi/base/bytes'
import { isBelowOrder } from '../ed25519/scalarOrder.ts'
import type { MerlinTranscript } from '../transcript/merlin.ts'
import { multiplyAdd, reduceScalar, scalarBytes } from './scalar.ts'
import type { SecretKey } from './secretKey.ts'
import { challengeOf, errors, startProof, WIDE_BYTES } from './transcript.ts'

/** Bytes of a public key. */
export const PUBLIC_KEY_BYTES = 32
/** Bytes of a signature: the nonce's point, and the scalar with the mark in its top bit. */
export const SIGNATURE_BYTES = 64
/** Bytes of fresh randomness that a signature takes. */
export const RANDOM_BYTES = 32

const MARK = 0x80

/** Malformed inputs are told apart because the runtime SDK reports them apart. */
export type Verdict = 'valid' | 'invalid' | 'malformed-public-key' | 'malformed-signature'

type Point = InstanceType<typeof ristretto255.Point>

function decodePoint(bytes: Uint8Array): Point | undefined {
  if (bytes.length !== PUBLIC_KEY_BYTES) return undefined
  try {
    return ristretto255.Point.fromBytes(bytes)
  } catch {
    return undefined
  }
}

/** The halves of a signature; the scalar must be below the order and carry the mark. */
function parseSignature(
  signature: Uint8Array,
): { readonly noncePoint: Uint8Array; readonly s: bigint } | undefined {
  if (signature.length !== SIGNATURE_BYTES || (signature[63]! & MARK) === 0) return undefined
  const scalar = signature.slice(32)
  scalar[31]! &= ~MARK
  if (!isBelowOrder(scalar)) return undefined
  return { noncePoint: signature.slice(0, 32), s: reduceScalar(scalar) }
}

/** Does the signature hold for the transcript: R = s·B - c·A? */
export function verifySr25519(
  publicKey: Uint8Array,
  transcript: MerlinTranscript,
  signature: Uint8Array,
): Verdict {
  const point = decodePoint(publicKey)
  if (point === undefined) return 'malformed-public-key'
  const parsed = parseSignature(signature)
  if (parsed === undefined) return 'malformed-signature'
  const { noncePoint, s } = parsed
  const challenge = reduceScalar(challengeOf(startProof(transcript, publicKey), noncePoint))
  const { BASE } = ristretto255.Point
  const expected = BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(challenge))
  return equalBytes(expected.toBytes(), noncePoint) ? 'valid' : 'invalid'
}

/**
 * Signs a transcript. The nonce depends on the key, on the transcript and on fresh randomness;
 * any of them is enough to keep it secret.
 */
export function signSr25519(
  { scalar, nonceSeed, publicKey }: SecretKey,
  transcript: MerlinTranscript,
  random: Uint8Array,
): Uint8Array {
  if (random.length !== RANDOM_BYTES) throw errors.badRandomSize(`${random.length} bytes`)
  const proof = startProof(transcript, publicKey)
  const sources = { secrets: [nonceSeed.reveal()], random }
  const nonce = reduceScalar(proof.witness('signing', WIDE_BYTES, sources))
  const noncePoint = ristretto255.Point.BASE.multiply(nonce).toBytes()
  const challenge = reduceScalar(challengeOf(proof, noncePoint))
  const s = multiplyAdd(scalar.reveal(), challenge, nonce)
  const signature = concatBytes(noncePoint, scalarBytes(s))
  signature[63]! |= MARK
  return signature
}
