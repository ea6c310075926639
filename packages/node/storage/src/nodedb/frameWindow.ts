/** The frames of a plain segment one behind the other, read in large pieces. */

import { FileWindow } from '../files/fileWindow.ts'
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

/** See the top of this file. */
export class FrameWindow {
  readonly #segment: Segment
  /** Nobody writes into the file meanwhile. */
  readonly #fileSize: number
  readonly #window: FileWindow

  constructor(segment: Segment) {
    this.#segment = segment
    const { file } = segment.source
    this.#fileSize = file.size()
    this.#window = new FileWindow(file, WINDOW_SIZE)
  }

  /** The frame at an address, if there is a whole one. */
  frameAt(address: number): WholeFrame | undefined {
    const position = address - this.#segment.start + PLAIN_HEADER_SIZE
    const header = parseFrameHeader(this.#window.read(position, FRAME_HEADER_SIZE), address)
    if (header === undefined) return undefined
    const size = frameSize(header)
    if (size > FRAME_SIZE_MAX + FRAME_HEADER_SIZE) return undefined
    if (position + size > this.#fileSize) return undefined
    const bytes = this.#window.read(position, size)
    return isIntact(bytes, header) ? { header, bytes } : undefined
  }
}
