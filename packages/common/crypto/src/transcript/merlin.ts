/** Merlin transcripts (merlin.cool, version 1.0): a proof's messages and its challenges. */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { Strobe128 } from './strobe.ts'

const WITNESS_RANDOM_BYTES = 32

/** What a prover's nonce depends on besides the transcript. */
export interface WitnessSources {
  readonly secrets: readonly Uint8Array[]
  readonly random: Uint8Array
}

export class MerlinTranscript {
  readonly #strobe: Strobe128

  private constructor(strobe: Strobe128) {
    this.#strobe = strobe
  }

  /** An empty transcript of the application's protocol. */
  static create(label: string): MerlinTranscript {
    const transcript = new MerlinTranscript(Strobe128.create('Merlin v1.0'))
    transcript.append('dom-sep', toUtf8(label))
    return transcript
  }

  clone(): MerlinTranscript {
    return new MerlinTranscript(this.#strobe.clone())
  }

  /** Adds a message under a label. */
  append(label: string, message: Uint8Array): void {
    this.#frame(label, message.length)
    this.#strobe.ad(message)
  }

  /** Adds a 64-bit number, little-endian. */
  appendU64(label: string, value: bigint): void {
    const view = new DataView(new ArrayBuffer(8))
    view.setBigUint64(0, value, true)
    this.append(label, new Uint8Array(view.buffer))
  }

  /** Bytes that depend on everything so far; they are part of the transcript themselves. */
  challenge(label: string, size: number): Uint8Array {
    this.#frame(label, size)
    return this.#strobe.prf(size)
  }

  /**
   * Bytes that depend on the transcript, on secrets and on 32 fresh random bytes: a prover's nonce.
   * The transcript itself stays as it is.
   */
  witness(label: string, size: number, { secrets, random }: WitnessSources): Uint8Array {
    assert(random.length === WITNESS_RANDOM_BYTES, 'merlin: a witness takes 32 random bytes')
    const strobe = this.#strobe.clone()
    for (const secret of secrets) {
      strobe.metaAd(toUtf8(label))
      strobe.metaAd(u32Bytes(secret.length), 'more')
      strobe.key(secret)
    }
    strobe.metaAd(toUtf8('rng'))
    strobe.key(random)
    strobe.metaAd(u32Bytes(size))
    return strobe.prf(size)
  }

  #frame(label: string, size: number): void {
    this.#strobe.metaAd(toUtf8(label))
    this.#strobe.metaAd(u32Bytes(size), 'more')
  }
}

function u32Bytes(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
}
