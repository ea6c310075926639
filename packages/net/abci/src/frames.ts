/** Messages out of a stream: each with its length before it. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { readDelimiter } from '@wadi/protobuf/codec'
import { MESSAGE_SIZE_MAX } from './limits.ts'

/** Puts pieces of a stream together until a message is whole. */
export class FrameReader {
  readonly #sizeMax: number
  /** What has come of a message that is not whole, in a buffer that grows with it. */
  #buffer: Uint8Array = EMPTY_BYTES
  #size = 0

  constructor(sizeMax: number = MESSAGE_SIZE_MAX) {
    this.#sizeMax = sizeMax
  }

  /**
   * Takes a piece, and gives the messages that are whole now: views, to be looked at before the
   * next one is asked for. A message beyond the limit throws a coded error, and whatever follows
   * it is of no use.
   */
  *push(piece: Uint8Array): Generator<Uint8Array> {
    const bytes = this.#size === 0 ? piece : this.#append(piece)
    let at = 0
    try {
      for (;;) {
        const delimiter = readDelimiter(bytes, { at, sizeMax: this.#sizeMax })
        if (delimiter === undefined) break
        const end = delimiter.start + delimiter.length
        if (end > bytes.length) break
        at = end
        yield bytes.subarray(delimiter.start, end)
      }
    } finally {
      // Also for whoever asks for no further message: what was given is not given again.
      this.#keepFrom(bytes, at)
    }
  }

  /** What was appended and is still no message stays where it is. */
  #keepFrom(bytes: Uint8Array, at: number): void {
    if (at === 0 && this.#size > 0) return
    this.#buffer = bytes.slice(at)
    this.#size = this.#buffer.length
  }

  #append(piece: Uint8Array): Uint8Array {
    const size = this.#size + piece.length
    if (size > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(size, 2 * this.#buffer.length))
      grown.set(this.#buffer.subarray(0, this.#size))
      this.#buffer = grown
    }
    this.#buffer.set(piece, this.#size)
    this.#size = size
    return this.#buffer.subarray(0, size)
  }
}
