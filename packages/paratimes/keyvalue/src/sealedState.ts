/** Pairs whose keys and values only those can read who have the key. */

import { concatBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { type AeadKey, TAG_BYTES } from '@wadi/crypto/aead/aead'
import { deoxysii } from '@wadi/crypto/aead/deoxysii'
import type { State } from '@wadi/mkvs/state'

const NOTHING = new Uint8Array(0)

/** Always the same: results must not differ. A test runtime may do that, and no other. */
export const NONCE: Uint8Array = new Uint8Array(deoxysii.nonceBytes)

/** What the state has under this prefix is none of the messages that wait. */
const PREFIX = Uint8Array.of(0x01)

/** Works on a state under one key. */
export class SealedState {
  readonly #state: State
  readonly #key: AeadKey

  constructor(state: State, stateKey: Uint8Array) {
    this.#state = state
    this.#key = deoxysii.useKey(stateKey)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#open(this.#state.get(this.#sealKey(key)))
  }

  /** Gives what was there before. */
  insert(key: Uint8Array, value: Uint8Array): Uint8Array | undefined {
    const sealedKey = this.#sealKey(key)
    const before = this.#state.get(sealedKey)
    this.#state.insert(sealedKey, concatBytes(this.#key.seal(NONCE, value, NOTHING), NONCE))
    return this.#open(before)
  }

  /** Gives what was there before. */
  remove(key: Uint8Array): Uint8Array | undefined {
    return this.#open(this.#state.removeExisting(this.#sealKey(key)))
  }

  #sealKey(key: Uint8Array): Uint8Array {
    return concatBytes(PREFIX, this.#key.seal(NONCE, key, NOTHING))
  }

  /** COMPAT(oasis-core): what cannot be opened is as good as nothing. */
  #open(sealed: Uint8Array | undefined): Uint8Array | undefined {
    if (sealed === undefined || sealed.length < TAG_BYTES + NONCE.length) return undefined
    const at = sealed.length - NONCE.length
    try {
      return this.#key.open(sealed.subarray(at), sealed.subarray(0, at), NOTHING)
    } catch (error) {
      if (error instanceof CodedError) return undefined
      throw error
    }
  }
}
