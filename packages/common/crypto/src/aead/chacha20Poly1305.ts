/** ChaCha20-Poly1305 of RFC 8439. node/crypto has a native one behind the same face. */

import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { assert } from '@wadi/base/errors'
import {
  type Aead,
  type AeadKey,
  checkKeySize,
  checkOpenInput,
  checkSealInput,
  errors,
} from './aead.ts'

class ChaCha20Poly1305Key implements AeadKey {
  #key: Uint8Array | undefined

  constructor(key: Uint8Array) {
    this.#key = key.slice()
  }

  seal(nonce: Uint8Array, text: Uint8Array, associatedData: Uint8Array): Uint8Array {
    checkSealInput(chacha20Poly1305, nonce, text, associatedData)
    return this.#cipher(nonce, associatedData).encrypt(text)
  }

  open(nonce: Uint8Array, sealed: Uint8Array, associatedData: Uint8Array): Uint8Array {
    checkOpenInput(chacha20Poly1305, nonce, sealed, associatedData)
    const cipher = this.#cipher(nonce, associatedData)
    try {
      return cipher.decrypt(sealed)
    } catch {
      // The sizes were checked, so the tag is the only thing left to refuse.
      throw errors.openFailed()
    }
  }

  wipe(): void {
    this.#key?.fill(0)
    this.#key = undefined
  }

  #cipher(nonce: Uint8Array, associatedData: Uint8Array): ReturnType<typeof chacha20poly1305> {
    assert(this.#key !== undefined, 'chacha20-poly1305: the key was wiped')
    return chacha20poly1305(this.#key, nonce, associatedData)
  }
}

/** ChaCha20-Poly1305. A nonce must never be used twice under one key. */
export const chacha20Poly1305: Aead = {
  keyBytes: 32,
  nonceBytes: 12,
  useKey(key) {
    checkKeySize(chacha20Poly1305, key)
    return new ChaCha20Poly1305Key(key)
  },
}
