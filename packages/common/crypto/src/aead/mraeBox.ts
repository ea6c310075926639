/**
 * The box of the key manager and of encrypted calls: a message for the holder of an X25519 key,
 * sealed with Deoxys-II-256-128 under a key that both sides derive.
 */

import { hmac } from '@noble/hashes/hmac.js'
import { sha512_256 } from '@noble/hashes/sha2.js'
import { toUtf8 } from '@wadi/base/bytes'
import { agreeOrZeros, type X25519 } from '../x25519/x25519.ts'
import { type AeadKey, errors } from './aead.ts'
import { deoxysii } from './deoxysii.ts'

const KEY_TEXT = toUtf8('MRAE_Box_Deoxys-II-256-128')

/** The bytes of a box nonce that count; the ones before them stay. */
const COUNTER_BYTES = 4

/** The symmetric key between a private key and the other side's public key. */
export function deriveBoxKey(
  algorithm: X25519,
  privateKey: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array {
  // COMPAT(oasis-core): a public key of low order is not refused, its secret is zeros.
  const secret = agreeOrZeros(algorithm, privateKey, publicKey)
  const key = hmac(sha512_256, KEY_TEXT, secret)
  secret.fill(0)
  return key
}

/** The derived key in use, to seal and to open with. */
export function useBoxKey(
  algorithm: X25519,
  privateKey: Uint8Array,
  publicKey: Uint8Array,
): AeadKey {
  const key = deriveBoxKey(algorithm, privateKey, publicKey)
  const used = deoxysii.useKey(key)
  key.fill(0)
  return used
}

/**
 * The nonce after this one, for the next recipient of a publication.
 * COMPAT(oasis-core): only the last four bytes count, big-endian, and they wrap around.
 */
export function nextBoxNonce(nonce: Uint8Array): Uint8Array {
  if (nonce.length !== deoxysii.nonceBytes) throw errors.badNonceSize(`${nonce.length} bytes`)
  const next = nonce.slice()
  for (let at = next.length - 1; at >= next.length - COUNTER_BYTES; at--) {
    next[at]!++
    if (next[at] !== 0) break
  }
  return next
}
