/** What Noise keeps while keys are being agreed on: the specification's SymmetricState. */

import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, EMPTY_BYTES, toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { Secret } from '@wadi/base/secret'
import type { Aead, AeadKey } from '../aead/aead.ts'

export const errors = definePlainErrors('noise', {
  tooLong: 'message is longer than 65535 bytes',
  truncated: 'message is too short',
  outOfTurn: 'message out of turn',
  lowOrder: 'public key of low order',
  nonceExhausted: 'no nonce is left for this key',
})

/** The protocol of EnclaveRPC and of libp2p. */
export const PROTOCOL_NAME = 'Noise_XX_25519_ChaChaPoly_SHA256'

/** A key with the number of its next message. */
export interface Cipher {
  readonly key: Secret<Uint8Array>
  readonly counter: bigint
}

/** Chaining key, transcript hash, and a cipher from the first agreement on. */
export interface Symmetric {
  readonly chainingKey: Secret<Uint8Array>
  readonly hash: Uint8Array
  readonly cipher: Cipher | undefined
}

/** The last counter is reserved by the specification. */
const COUNTER_END = 2n ** 64n - 1n

function nonceOf({ counter }: Cipher): Uint8Array {
  if (counter >= COUNTER_END) throw errors.nonceExhausted()
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setBigUint64(4, counter, true)
  return nonce
}

/** What was sealed or opened, and the cipher for the next message. */
interface Step {
  readonly bytes: Uint8Array
  readonly cipher: Cipher
}

/** Works under the cipher's next nonce; a failure uses up nothing. */
function useNonce(
  aead: Aead,
  cipher: Cipher,
  work: (key: AeadKey, nonce: Uint8Array) => Uint8Array,
): Step {
  const key = aead.useKey(cipher.key.reveal())
  try {
    const bytes = work(key, nonceOf(cipher))
    return { bytes, cipher: { key: cipher.key, counter: cipher.counter + 1n } }
  } finally {
    key.wipe()
  }
}

/** Seals under the cipher's next nonce. */
export function sealWith(
  aead: Aead,
  cipher: Cipher,
  text: Uint8Array,
  associatedData: Uint8Array,
): Step {
  return useNonce(aead, cipher, (key, nonce) => key.seal(nonce, text, associatedData))
}

/** Opens under the cipher's next nonce. */
export function openWith(
  aead: Aead,
  cipher: Cipher,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Step {
  return useNonce(aead, cipher, (key, nonce) => key.open(nonce, sealed, associatedData))
}

/** The state before the first message. The name is as long as a hash, so it is the hash. */
export function startSymmetric(prologue: Uint8Array): Symmetric {
  const name = toUtf8(PROTOCOL_NAME)
  return mixHash({ chainingKey: new Secret(name), hash: name, cipher: undefined }, prologue)
}

/** Puts data into the transcript. */
export function mixHash(state: Symmetric, data: Uint8Array): Symmetric {
  return { ...state, hash: sha256(concatBytes(state.hash, data)) }
}

type Key = Secret<Uint8Array>

function expand(chainingKey: Key, secret: Uint8Array): readonly [Key, Key] {
  const bytes = hkdf(sha256, secret, chainingKey.reveal(), undefined, 64)
  return [new Secret(bytes.slice(0, 32)), new Secret(bytes.slice(32))]
}

/** Takes a shared secret into the keys. */
export function mixKey(state: Symmetric, secret: Uint8Array): Symmetric {
  const [chainingKey, key] = expand(state.chainingKey, secret)
  return { ...state, chainingKey, cipher: { key, counter: 0n } }
}

/** Seals if there is a key already, and puts the result into the transcript. */
export function encryptAndHash(
  aead: Aead,
  state: Symmetric,
  text: Uint8Array,
): { readonly sealed: Uint8Array; readonly state: Symmetric } {
  if (state.cipher === undefined) return { sealed: text, state: mixHash(state, text) }
  const { bytes: sealed, cipher } = sealWith(aead, state.cipher, text, state.hash)
  return { sealed, state: mixHash({ ...state, cipher }, sealed) }
}

/** The inverse of {@link encryptAndHash}. */
export function decryptAndHash(
  aead: Aead,
  state: Symmetric,
  sealed: Uint8Array,
): { readonly text: Uint8Array; readonly state: Symmetric } {
  if (state.cipher === undefined) return { text: sealed.slice(), state: mixHash(state, sealed) }
  const { bytes: text, cipher } = openWith(aead, state.cipher, sealed, state.hash)
  return { text, state: mixHash({ ...state, cipher }, sealed) }
}

/** The ciphers of the transport: the initiator's, then the responder's. */
export function splitKeys(state: Symmetric): readonly [Cipher, Cipher] {
  const [first, second] = expand(state.chainingKey, EMPTY_BYTES)
  return [
    { key: first, counter: 0n },
    { key: second, counter: 0n },
  ]
}
