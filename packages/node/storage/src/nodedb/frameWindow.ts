/** The frames of a plain segment one behind the other, read in large pieces. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { FRAME_SIZE_MAX } from '../limits.ts'
import {
  FRAME_HEADER_SIZE,
  type FrameHeader,
  frameSize,
  isIntact,
  parseFrameHeader,
} from './frame.ts'
import { PLAIN_HEADER_SIZE, type Segment } from './segment.ts'

const WINDOW_SIZE = 1024 * 1024

/** A whole frame; its bytes are valid until the next one is asked for. */
export interface WholeFrame {
  readonly header: FrameHeader
  readonly bytes: Uint8Array
}

/** See the top of this file. PERF: a log is gone through in half of the time. */
export class FrameWindow {
  readonly #segment: Segment
  /** Nobody writes into the file meanwhile. */
  readonly #fileSize: number
  #scratch = new Uint8Array(WINDOW_SIZE)
  /** What was read last, and from where in the file on. */
  #seen: Uint8Array = EMPTY_BYTES
  #seenFrom = 0

  constructor(segment: Segment) {
    this.#segment = segment
    this.#fileSize = segment.source.file.size()
  }

  /** The frame at an address, if there is a whole one. */
  frameAt(address: number): WholeFrame | undefined {
    const position = address - this.#segment.start + PLAIN_HEADER_SIZE
    const header = parseFrameHeader(this.#read(position, FRAME_HEADER_SIZE), address)
    if (header === undefined) return undefined
    const size = frameSize(header)
    if (size > FRAME_SIZE_MAX + FRAME_HEADER_SIZE) return undefined
    if (position + size > this.#fileSize) return undefined
    const bytes = this.#read(position, size)
    return isIntact(bytes, header) ? { header, bytes } : undefined
  }

  /** So many bytes, or fewer at the end of the file. */
  #read(position: number, size: number): Uint8Array {
    const end = this.#seenFrom + this.#seen.length
    if (position < this.#seenFrom || position + size > end) {
      if (size > this.#scratch.length) this.#scratch = new Uint8Array(size)
      const count = this.#segment.source.file.read(this.#scratch, position)
      this.#seen = this.#scratch.subarray(0, count)
      this.#seenFrom = position
    }
    const at = position - this.#seenFrom
    return this.#seen.subarray(at, at + size)
  }
}
