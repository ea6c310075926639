/** HMAC_DRBG with SHA-512 (NIST SP 800-90A, 10.1.2), never reseeded: a seed's stream of bytes. */

import { concatBytes } from '@wadi/base/bytes'
import { assert, definePlainErrors } from '@wadi/base/errors'
import { hmac } from '../hash/hmac.ts'
import { SHA512 } from '../hash/sha512.ts'
import { DRBG_ENTROPY_BYTES_MIN, DRBG_REQUEST_BYTES_MAX } from '../limits.ts'

export const errors = definePlainErrors('drbg', {
  insufficientEntropy: 'insufficient entropy input',
})

/** What the stream depends on. */
export interface DrbgSeed {
  readonly entropy: Uint8Array
  readonly nonce?: Uint8Array
  readonly personalization?: Uint8Array
}

const DIGEST_BYTES = 64
const NOTHING = new Uint8Array(0)
const ZERO = Uint8Array.of(0)
const ONE = Uint8Array.of(1)

export class HmacDrbg {
  #key: Uint8Array = new Uint8Array(DIGEST_BYTES)
  #value: Uint8Array = new Uint8Array(DIGEST_BYTES).fill(1)

  constructor({ entropy, nonce = NOTHING, personalization = NOTHING }: DrbgSeed) {
    if (entropy.length < DRBG_ENTROPY_BYTES_MIN)
      throw errors.insufficientEntropy(`${entropy.length} bytes`)
    this.#update(concatBytes(entropy, nonce, personalization))
  }

  /**
   * The next bytes of the stream. The state moves on with every request, so two requests of 64
   * bytes are not one of 128.
   */
  generate(size: number): Uint8Array {
    assert(size > 0 && size <= DRBG_REQUEST_BYTES_MAX, 'drbg: one request gives 1 to 65536 bytes')
    const bytes = new Uint8Array(Math.ceil(size / DIGEST_BYTES) * DIGEST_BYTES)
    for (let at = 0; at < size; at += DIGEST_BYTES) {
      this.#value = hmac(SHA512, this.#key, this.#value)
      bytes.set(this.#value, at)
    }
    this.#update(NOTHING)
    return bytes.subarray(0, size)
  }

  #update(provided: Uint8Array): void {
    for (const round of provided.length > 0 ? [ZERO, ONE] : [ZERO]) {
      this.#key = hmac(SHA512, this.#key, this.#value, round, provided)
      this.#value = hmac(SHA512, this.#key, this.#value)
    }
  }
}
