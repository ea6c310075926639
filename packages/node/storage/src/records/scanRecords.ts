/** Reads a segment of a record log from its beginning and says what is whole and what is not. */

import type { OpenFile } from '../files/fileSystem.ts'
import { FileWindow } from '../files/fileWindow.ts'
import {
  FRAME_HEAD_BYTES,
  FRAME_MAGIC,
  type FrameHead,
  isFrameIntact,
  parseFrameHead,
} from './recordFrame.ts'

/** A stretch of addresses, `end` not included. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/** Where a scan reads. */
export interface ScanSource {
  readonly file: OpenFile
  /** The address of the first byte of the file. */
  readonly start: number
  /** Where the log ends in this file. */
  readonly end: number
  /** A frame with a longer payload is none. */
  readonly recordSizeMax: number
}

/** A frame of a scan; the payload is valid until the next step. */
export interface ScannedFrame extends FrameHead {
  readonly kind: 'frame'
  readonly payload: Uint8Array
}

/** Bytes between two frames, or behind the last one, that are no frame. */
export interface ScannedGap extends Stretch {
  readonly kind: 'gap'
}

const SEARCH_CHUNK = 64 * 1024

/** Frames and gaps of a segment in their order, from an address on at which a frame begins. */
export function* scanRecords(
  source: ScanSource,
  from: number = source.start,
): Generator<ScannedFrame | ScannedGap> {
  const reader = new FrameReader(source)
  let at = from
  while (at < source.end) {
    const frame = reader.frameAt(at)
    if (frame !== undefined) {
      yield frame
      at += FRAME_HEAD_BYTES + frame.head.size
      continue
    }
    const next = reader.nextFrame(at + 1)
    yield { kind: 'gap', start: at, end: next }
    at = next
  }
}

class FrameReader {
  readonly #source: ScanSource
  readonly #window: FileWindow

  constructor(source: ScanSource) {
    this.#source = source
    this.#window = new FileWindow(source.file, SEARCH_CHUNK)
  }

  /** The frame that begins at an address, if there is a whole one. */
  frameAt(address: number): ScannedFrame | undefined {
    const { start, end, recordSizeMax } = this.#source
    const head = this.#window.read(address - start, FRAME_HEAD_BYTES)
    const found = parseFrameHead(head, address)
    if (found === undefined || found.head.size > recordSizeMax) return undefined
    const size = FRAME_HEAD_BYTES + found.head.size
    if (address + size > end) return undefined
    const frame = this.#window.read(address - start, size)
    if (frame.length < size || !isFrameIntact(frame)) return undefined
    return { kind: 'frame', ...found, payload: frame.subarray(FRAME_HEAD_BYTES) }
  }

  /** Where the next whole frame begins; the end if there is none. */
  nextFrame(from: number): number {
    const { start, end, file } = this.#source
    const chunk = new Uint8Array(SEARCH_CHUNK)
    const step = SEARCH_CHUNK - FRAME_MAGIC.length + 1
    for (let at = from; at < end; at += step) {
      const found = Buffer.from(chunk.buffer, 0, file.read(chunk, at - start))
      let index = found.indexOf(FRAME_MAGIC)
      for (; index >= 0; index = found.indexOf(FRAME_MAGIC, index + 1))
        if (at + index < end && this.frameAt(at + index) !== undefined) return at + index
    }
    return end
  }
}
