/** Secret keys of sr25519, expanded from 32 bytes in one of Schnorrkel's two ways. */

import { ristretto255 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { Secret } from '@wadi/base/secret'
import { MerlinTranscript } from '../transcript/merlin.ts'
import { numberOf, reduceScalar } from './scalar.ts'
import { errors, WIDE_BYTES } from './transcript.ts'

/** Bytes of what a secret key is expanded from. */
export const MINI_SECRET_BYTES = 32

/** An expanded key. The public key must be the scalar's own. */
export interface SecretKey {
  readonly scalar: Secret<bigint>
  readonly nonceSeed: Secret<Uint8Array>
  readonly publicKey: Uint8Array
}

function secretKeyOf(scalar: bigint, nonceSeed: Uint8Array): SecretKey {
  const publicKey = ristretto255.Point.BASE.multiply(scalar).toBytes()
  return { scalar: new Secret(scalar), nonceSeed: new Secret(nonceSeed), publicKey }
}

function checkSize(miniSecret: Uint8Array): void {
  if (miniSecret.length !== MINI_SECRET_BYTES) {
    throw errors.badKeySize(`${miniSecret.length} bytes`)
  }
}

/** Expansion through a transcript: every scalar is as likely. */
export function expandUniform(miniSecret: Uint8Array): SecretKey {
  checkSize(miniSecret)
  const transcript = MerlinTranscript.create('ExpandSecretKeys')
  transcript.append('mini', miniSecret)
  const scalar = reduceScalar(transcript.challenge('sk', WIDE_BYTES))
  return secretKeyOf(scalar, transcript.challenge('no', 32))
}

/**
 * Expansion as Ed25519 does it, divided by the cofactor.
 * COMPAT(oasis-sdk): its Go client makes its test keys so.
 */
export function expandEd25519(miniSecret: Uint8Array): SecretKey {
  checkSize(miniSecret)
  const hash = sha512(miniSecret)
  const clamped = hash.slice(0, 32)
  clamped[0]! &= 248
  clamped[31]! = (clamped[31]! & 63) | 64
  return secretKeyOf(numberOf(clamped) / 8n, hash.slice(32))
}
