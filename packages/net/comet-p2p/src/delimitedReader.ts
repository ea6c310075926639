/** Messages with their length before them, out of a stream of bytes. */

import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { readDelimiter } from '@wadi/protobuf/codec'

/** Cuts a stream into messages; holds no more than one message and what came with it. */
export class DelimitedReader {
  readonly #sizeMax: number
  #buffer: Uint8Array = EMPTY_BYTES
  #at = 0

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax
  }

  /** Takes bytes in; the reader keeps them. */
  push(bytes: Uint8Array): void {
    const rest = this.rest()
    this.#buffer = rest.length === 0 ? bytes : concatBytes(rest, bytes)
    this.#at = 0
  }

  /** Goes on with bytes that begin with what was not read. */
  restart(bytes: Uint8Array): void {
    this.#buffer = bytes
    this.#at = 0
  }

  /** The next message, if it is there whole. It is a window into the bytes that came. */
  next(): Uint8Array | undefined {
    const delimiter = readDelimiter(this.#buffer, { at: this.#at, sizeMax: this.#sizeMax })
    if (delimiter === undefined) return undefined
    const end = delimiter.start + delimiter.length
    if (end > this.#buffer.length) return undefined
    this.#at = end
    return this.#buffer.subarray(delimiter.start, end)
  }

  /** What has come and was not read. */
  rest(): Uint8Array {
    return this.#buffer.subarray(this.#at)
  }
}
