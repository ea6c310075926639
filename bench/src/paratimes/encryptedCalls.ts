/** Calls that only the ParaTime can read, with keys that need no key manager. */

import { toUtf8 } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import type { AeadKey } from '@wadi/crypto/aead/aead'
import { useBoxKey } from '@wadi/crypto/aead/mraeBox'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { CallEnvelope, NONCE_SIZE } from '@wadi/paratime-sdk/frame/callFormat'
import type { CallKeys } from '@wadi/paratime-sdk/frame/callKeys'
import { CALL_FORMATS, Call } from '@wadi/paratime-sdk/types/transaction'

const secret = sha512Trunc256(toUtf8('the key of calls'))

/** The same key in every epoch. */
export const callKeys: CallKeys = {
  ephemeralKey: () => secret,
  publicEphemeralKey: () => undefined,
}

/** One who calls: with a key of his own. */
export class Caller {
  readonly #publicKey: Uint8Array
  readonly #box: AeadKey
  #count = 0

  constructor(name: string) {
    const own = sha512Trunc256(toUtf8(name))
    this.#publicKey = x25519.publicKey(own)
    this.#box = useBoxKey(x25519, own, x25519.publicKey(secret))
  }

  /** The call for the ParaTime's eyes, encrypted for an epoch. */
  encrypt(call: Call, epoch: bigint): Call {
    const nonce = new Uint8Array(NONCE_SIZE)
    new DataView(nonce.buffer).setUint32(0, this.#count++)
    const data = this.#box.seal(nonce, encodeRust(Call, call), new Uint8Array(0))
    const body = encodeRust(CallEnvelope, { pk: this.#publicKey, nonce, epoch, data })
    return {
      format: CALL_FORMATS.encryptedX25519DeoxysII,
      method: '',
      body,
      readOnly: call.readOnly,
    }
  }
}
