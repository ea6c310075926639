/**
 * STROBE-128 (version 1.0.2), the part of it that transcripts use: data that is absorbed (AD),
 * data about data (meta-AD), a key, and pseudorandom bytes (PRF). No transport, no cipher.
 */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { permuteKeccak } from '../hash/keccak.ts'

/** Bytes of the Keccak state that one block of an operation uses, of 168 of the rate. */
const RATE = 166
const FLAG_INBOUND = 1
const FLAG_APPLICATION = 2
const FLAG_CIPHER = 4
const FLAG_META = 16
const STATE_BYTES = 200

/** Whether an operation begins or goes on with the data of the last one. */
export type Continuation = 'begin' | 'more'

export class Strobe128 {
  readonly #state = new Uint8Array(STATE_BYTES)
  #position = 0
  /** Where the current operation began, counted from one; zero if in an earlier block. */
  #begin = 0
  #flags = 0

  private constructor() {}

  /** A duplex that nobody has fed, for the protocol of that name. */
  static create(protocol: string): Strobe128 {
    const strobe = new Strobe128()
    strobe.#state.set([1, RATE + 2, 1, 0, 1, 96])
    strobe.#state.set(toUtf8('STROBEv1.0.2'), 6)
    permuteKeccak(strobe.#state)
    strobe.metaAd(toUtf8(protocol))
    return strobe
  }

  clone(): Strobe128 {
    const twin = new Strobe128()
    twin.#state.set(this.#state)
    twin.#position = this.#position
    twin.#begin = this.#begin
    twin.#flags = this.#flags
    return twin
  }

  /** Absorbs data about the data that follows: framing, labels, sizes. */
  metaAd(data: Uint8Array, continuation: Continuation = 'begin'): void {
    this.#operate(FLAG_META | FLAG_APPLICATION, continuation)
    this.#absorb(data)
  }

  /** Absorbs data that both sides know. */
  ad(data: Uint8Array, continuation: Continuation = 'begin'): void {
    this.#operate(FLAG_APPLICATION, continuation)
    this.#absorb(data)
  }

  /** Overwrites the state with a key: what came before cannot be computed back. */
  key(data: Uint8Array): void {
    this.#operate(FLAG_APPLICATION | FLAG_CIPHER, 'begin')
    for (const byte of data) {
      this.#state[this.#position++] = byte
      if (this.#position === RATE) this.#permute()
    }
  }

  /** Pseudorandom bytes of all that came before; they are erased from the state. */
  prf(size: number): Uint8Array {
    this.#operate(FLAG_INBOUND | FLAG_APPLICATION | FLAG_CIPHER, 'begin')
    const bytes = new Uint8Array(size)
    for (let i = 0; i < size; i++) {
      bytes[i] = this.#state[this.#position]!
      this.#state[this.#position++] = 0
      if (this.#position === RATE) this.#permute()
    }
    return bytes
  }

  #operate(flags: number, continuation: Continuation): void {
    if (continuation === 'more') {
      assert(flags === this.#flags, 'strobe: another operation cannot go on with the data')
      return
    }
    const begin = this.#begin
    this.#begin = this.#position + 1
    this.#flags = flags
    this.#absorb(Uint8Array.of(begin, flags))
    // An operation with a cipher starts at the beginning of a block.
    if ((flags & FLAG_CIPHER) !== 0 && this.#position !== 0) this.#permute()
  }

  #absorb(data: Uint8Array): void {
    for (const byte of data) {
      this.#state[this.#position++]! ^= byte
      if (this.#position === RATE) this.#permute()
    }
  }

  #permute(): void {
    this.#state[this.#position]! ^= this.#begin
    this.#state[this.#position + 1]! ^= 0x04
    this.#state[RATE + 1]! ^= 0x80
    permuteKeccak(this.#state)
    this.#position = 0
    this.#begin = 0
  }
}
