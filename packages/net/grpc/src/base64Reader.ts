/**
 * Base64 in a stream, as browsers send it and servers answer it: each segment may end with its own
 * padding, and pieces end anywhere.
 */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { statusError } from './status.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const INVALID = 0xff
const PADDING = 0x3d
const GROUP = 4

const SIXES = new Uint8Array(256).fill(INVALID)
for (let i = 0; i < ALPHABET.length; i++) SIXES[ALPHABET.charCodeAt(i)] = i

/** Decodes what comes; what is no base64 throws. */
export class Base64Reader {
  /** The beginning of a group of four. */
  readonly #group = new Uint8Array(GROUP)
  #groupSize = 0

  /** The bytes that are known now. */
  push(piece: Uint8Array): Uint8Array {
    const out = new Uint8Array(Math.ceil((this.#groupSize + piece.length) / GROUP) * 3)
    let size = 0
    for (const char of piece) {
      this.#group[this.#groupSize++] = char
      if (this.#groupSize < GROUP) continue
      this.#groupSize = 0
      size += this.#decode(out, size)
    }
    return size === 0 ? EMPTY_BYTES : out.subarray(0, size)
  }

  /** There is no more. */
  end(): void {
    if (this.#groupSize > 0) throw badBase64('it ends within a group')
  }

  /** Writes the bytes of a group and tells how many they are. */
  #decode(out: Uint8Array, at: number): number {
    const [a, b, c, d] = this.#group as unknown as readonly [number, number, number, number]
    const count = d !== PADDING ? 3 : c !== PADDING ? 2 : 1
    const third = count > 1 ? SIXES[c]! : 0
    const fourth = count > 2 ? SIXES[d]! : 0
    // An invalid character has bits that no valid one has.
    if ((SIXES[a]! | SIXES[b]! | third | fourth) > 0x3f) throw badBase64('no such character')
    const bits = (SIXES[a]! << 18) | (SIXES[b]! << 12) | (third << 6) | fourth
    const rest = count === 1 ? bits & 0xffff : count === 2 ? bits & 0xff : 0
    if (rest !== 0) throw badBase64('bits are left over')
    out[at] = bits >>> 16
    out[at + 1] = bits >>> 8
    out[at + 2] = bits
    return count
  }
}

function badBase64(why: string): Error {
  return statusError('internal', `grpc: malformed base64: ${why}`)
}
