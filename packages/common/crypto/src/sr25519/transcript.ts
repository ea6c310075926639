/** What sr25519 signs: a Merlin transcript of a context and a message. */

import { toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { sha512Trunc256 } from '../hash/sha512.ts'
import { MerlinTranscript } from '../transcript/merlin.ts'

export const errors = definePlainErrors('sr25519', {
  badKeySize: 'key has the wrong size',
  badRandomSize: 'randomness has the wrong size',
})

const PROTOCOL = toUtf8('Schnorr-sig')
/** Bytes that are reduced to a scalar. */
export const WIDE_BYTES = 64

function contextTranscript(context: Uint8Array): MerlinTranscript {
  const transcript = MerlinTranscript.create('SigningContext')
  transcript.append('', context)
  return transcript
}

/**
 * What the runtime SDK verifies: the message goes in by its SHA-512/256.
 * COMPAT(oasis-sdk): its in-memory signer signs {@link plainTranscript} instead, and its verifier
 * refuses that. The verifier is the rule.
 */
export function hashedTranscript(context: Uint8Array, message: Uint8Array): MerlinTranscript {
  const transcript = contextTranscript(context)
  transcript.append('sign-256', sha512Trunc256(message))
  return transcript
}

/** What Substrate signs: the message as it is. */
export function plainTranscript(context: Uint8Array, message: Uint8Array): MerlinTranscript {
  const transcript = contextTranscript(context)
  transcript.append('sign-bytes', message)
  return transcript
}

/** The transcript as far as a signature's nonce depends on it. */
export function startProof(transcript: MerlinTranscript, publicKey: Uint8Array): MerlinTranscript {
  const proof = transcript.clone()
  proof.append('proto-name', PROTOCOL)
  proof.append('sign:pk', publicKey)
  return proof
}

/** The challenge for a nonce's point: 64 bytes, to be reduced. */
export function challengeOf(proof: MerlinTranscript, noncePoint: Uint8Array): Uint8Array {
  proof.append('sign:R', noncePoint)
  return proof.challenge('sign:c', WIDE_BYTES)
}
