/** X25519 of RFC 7748: the key agreement of peers, of enclaves and of encrypted calls. */

import { x25519 as nobleX25519 } from '@noble/curves/ed25519.js'
import { definePlainErrors } from '@wadi/base/errors'

export const errors = definePlainErrors('x25519', {
  badKeySize: 'key has the wrong size',
})

/** Bytes of private keys, public keys and shared secrets. */
export const X25519_BYTES = 32

/** The algorithm as the house asks for it; node/crypto has a native one behind the same face. */
export interface X25519 {
  /** The public key of a private one, which may be any 32 bytes. */
  publicKey(privateKey: Uint8Array): Uint8Array
  /**
   * What both sides share, or `undefined` where RFC 7748 gives zeros because the other side chose
   * a point of low order. The secret connection of CometBFT and Noise refuse that; the MRAE box
   * takes the zeros.
   */
  agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined
}

/** Refuses a key of another size. */
export function checkKeySize(key: Uint8Array): void {
  if (key.length !== X25519_BYTES) throw errors.badKeySize(`${key.length} bytes`)
}

/** X25519 by noble. */
export const x25519: X25519 = {
  publicKey(privateKey) {
    checkKeySize(privateKey)
    return nobleX25519.getPublicKey(privateKey)
  },
  agree(privateKey, publicKey) {
    checkKeySize(privateKey)
    checkKeySize(publicKey)
    try {
      return nobleX25519.getSharedSecret(privateKey, publicKey)
    } catch {
      // The sizes were checked, so the zero result is the only thing left to refuse.
      return undefined
    }
  },
}

/** What both sides share as RFC 7748 computes it: zeros for a point of low order. */
export function agreeOrZeros(
  algorithm: X25519,
  privateKey: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array {
  return algorithm.agree(privateKey, publicKey) ?? new Uint8Array(X25519_BYTES)
}
