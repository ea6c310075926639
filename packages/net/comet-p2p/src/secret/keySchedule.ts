/** What both sides of a secret connection compute from their ephemeral keys. */

import { compareBytes, toUtf8 } from '@wadi/base/bytes'
import { hkdf } from '@wadi/crypto/hash/hkdf'
import { SHA256 } from '@wadi/crypto/hash/sha256'
import { MerlinTranscript } from '@wadi/crypto/transcript/merlin'

/** Two ephemeral public keys and the secret that they give. */
export interface Agreement {
  readonly localKey: Uint8Array
  readonly remoteKey: Uint8Array
  readonly secret: Uint8Array
}

/** One key for each direction, and what both sides sign to show who they are. */
export interface SessionKeys {
  readonly receiveKey: Uint8Array
  readonly sendKey: Uint8Array
  readonly challenge: Uint8Array
}

const KEY_BYTES = 32
const CHALLENGE_BYTES = 32
const INFO = toUtf8('TENDERMINT_SECRET_CONNECTION_KEY_AND_CHALLENGE_GEN')

/** The keys of a session. The side with the lower ephemeral key receives with the first one. */
export function deriveSessionKeys({ localKey, remoteKey, secret }: Agreement): SessionKeys {
  const isLower = compareBytes(localKey, remoteKey) < 0
  const [lower, upper] = isLower ? [localKey, remoteKey] : [remoteKey, localKey]
  const transcript = MerlinTranscript.create('TENDERMINT_SECRET_CONNECTION_TRANSCRIPT_HASH')
  transcript.append('EPHEMERAL_LOWER_PUBLIC_KEY', lower)
  transcript.append('EPHEMERAL_UPPER_PUBLIC_KEY', upper)
  transcript.append('DH_SECRET', secret)
  const challenge = transcript.challenge('SECRET_CONNECTION_MAC', CHALLENGE_BYTES)
  const keys = hkdf(SHA256, secret, { info: INFO, size: 2 * KEY_BYTES })
  const [first, second] = [keys.subarray(0, KEY_BYTES), keys.subarray(KEY_BYTES)]
  return isLower
    ? { receiveKey: first, sendKey: second, challenge }
    : { receiveKey: second, sendKey: first, challenge }
}
