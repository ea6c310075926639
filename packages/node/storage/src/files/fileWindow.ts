import { EMPTY_BYTES } from '@wadi/base/bytes'
import type { OpenFile } from './fileSystem.ts'

/**
 * A file that is gone through, read in large pieces. Nobody writes into it meanwhile.
 * PERF: frames are small, and mostly what was read for one has the next ones in it: an opening
 * takes half of the time.
 */
export class FileWindow {
  readonly #file: OpenFile
  #scratch: Uint8Array
  /** What was read last, and from where in the file on. */
  #seen: Uint8Array = EMPTY_BYTES
  #seenFrom = 0

  constructor(file: OpenFile, pieceSize: number) {
    this.#file = file
    this.#scratch = new Uint8Array(pieceSize)
  }

  /** So many bytes, or fewer at the end of the file; valid until the next reading. */
  read(position: number, size: number): Uint8Array {
    const seenEnd = this.#seenFrom + this.#seen.length
    if (position < this.#seenFrom || position + size > seenEnd) {
      if (size > this.#scratch.length) this.#scratch = new Uint8Array(size)
      this.#seen = this.#scratch.subarray(0, this.#file.read(this.#scratch, position))
      this.#seenFrom = position
    }
    const at = position - this.#seenFrom
    return this.#seen.subarray(at, at + size)
  }
}
