/**
 * ChaCha20-Poly1305 by OpenSSL.
 * PERF: ×1.7 of noble's rate for 100 B, ×3 for 1 KiB; see providers.bench.ts.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto'
import { assert } from '@wadi/base/errors'
import {
  type Aead,
  type AeadKey,
  checkKeySize,
  checkOpenInput,
  checkSealInput,
  errors,
  TAG_BYTES,
} from '@wadi/crypto/aead/aead'
import { chacha20Poly1305 } from '@wadi/crypto/aead/chacha20Poly1305'

const NAME = 'chacha20-poly1305'
const OPTIONS = { authTagLength: TAG_BYTES } as const

class NativeKey implements AeadKey {
  #key: Uint8Array | undefined

  constructor(key: Uint8Array) {
    this.#key = key.slice()
  }

  seal(nonce: Uint8Array, text: Uint8Array, associatedData: Uint8Array): Uint8Array {
    checkSealInput(nativeChaCha20Poly1305, nonce, text, associatedData)
    const cipher = createCipheriv(NAME, this.#reveal(), nonce, OPTIONS)
    if (associatedData.length > 0) cipher.setAAD(associatedData, { plaintextLength: text.length })
    const sealed = new Uint8Array(text.length + TAG_BYTES)
    sealed.set(cipher.update(text))
    cipher.final()
    sealed.set(cipher.getAuthTag(), text.length)
    return sealed
  }

  open(nonce: Uint8Array, sealed: Uint8Array, associatedData: Uint8Array): Uint8Array {
    const size = checkOpenInput(nativeChaCha20Poly1305, nonce, sealed, associatedData)
    const decipher = createDecipheriv(NAME, this.#reveal(), nonce, OPTIONS)
    if (associatedData.length > 0) decipher.setAAD(associatedData, { plaintextLength: size })
    decipher.setAuthTag(sealed.subarray(size))
    const text = decipher.update(sealed.subarray(0, size))
    try {
      decipher.final()
    } catch {
      text.fill(0)
      throw errors.openFailed()
    }
    return new Uint8Array(text)
  }

  wipe(): void {
    this.#key?.fill(0)
    this.#key = undefined
  }

  #reveal(): Uint8Array {
    assert(this.#key !== undefined, 'chacha20-poly1305: the key was wiped')
    return this.#key
  }
}

/** ChaCha20-Poly1305 by OpenSSL. */
export const nativeChaCha20Poly1305: Aead = {
  ...chacha20Poly1305,
  useKey(key) {
    checkKeySize(nativeChaCha20Poly1305, key)
    return new NativeKey(key)
  },
}
