/** Messages in a stream, put together from its pieces. */

import { FRAME_HEAD_BYTES, MESSAGE_BYTES_MAX, PIECE_BYTES_MIN } from './limits.ts'
import { statusError } from './status.ts'

/** Marks what is at the end of an answer to a browser: header fields, as text. */
export const TRAILERS_FLAG = 0x80

const COMPRESSED_FLAG = 1

/** Writes what stands before a message: its flag and its length. */
export function writeFrameHead(frame: Uint8Array, size: number, flag = 0): void {
  frame[0] = flag
  frame[1] = size >>> 24
  frame[2] = size >>> 16
  frame[3] = size >>> 8
  frame[4] = size
}

export interface ReaderOptions {
  readonly sizeMax?: number
  /** Is asked before memory is taken for a message that has not come whole. */
  readonly hold?: (bytes: number) => boolean
  /** Takes what the end of an answer to a browser says; without it there is no such end. */
  readonly trailers?: (trailers: Uint8Array) => void
}

/** Puts a stream's pieces together. What it throws ends the stream. */
export class MessageReader {
  readonly #sizeMax: number
  readonly #hold: ReaderOptions['hold']
  readonly #trailers: ReaderOptions['trailers']
  readonly #head = new Uint8Array(FRAME_HEAD_BYTES)
  #headSize = 0
  /** What has come of a message, in a buffer that grows with it. */
  #body: Uint8Array | undefined
  #bodySize = 0
  #length = 0
  #isTrailers = false

  constructor({ sizeMax = MESSAGE_BYTES_MAX, hold, trailers }: ReaderOptions = {}) {
    this.#sizeMax = sizeMax
    this.#hold = hold
    this.#trailers = trailers
  }

  /** Takes a piece, and tells the messages that are whole now. They belong to whoever is told. */
  push(piece: Uint8Array, tell: (message: Uint8Array) => void): void {
    let at = 0
    while (at < piece.length) {
      if (this.#body === undefined) {
        at = this.#readHead(piece, at)
        if (this.#headSize < FRAME_HEAD_BYTES) return
        if (piece.length - at >= this.#length) {
          const message = piece.subarray(at, at + this.#length)
          at += this.#length
          this.#headSize = 0
          this.#deliver(message, tell)
          continue
        }
        this.#body = new Uint8Array(0)
      }
      at = this.#readBody(piece, at)
      if (this.#bodySize < this.#length) return
      const message = this.#body
      this.#forget()
      this.#deliver(message, tell)
    }
  }

  /** Is there a message that has not come whole? */
  get isMidway(): boolean {
    return this.#headSize > 0
  }

  #deliver(message: Uint8Array, tell: (message: Uint8Array) => void): void {
    if (this.#isTrailers) this.#trailers?.(message)
    else tell(message)
  }

  #forget(): void {
    this.#body = undefined
    this.#bodySize = 0
    this.#headSize = 0
  }

  #readHead(piece: Uint8Array, start: number): number {
    let at = start
    const head = this.#head
    while (this.#headSize < FRAME_HEAD_BYTES && at < piece.length) {
      head[this.#headSize++] = piece[at++]!
    }
    if (this.#headSize < FRAME_HEAD_BYTES) return at
    this.#length = ((head[1]! << 24) | (head[2]! << 16) | (head[3]! << 8) | head[4]!) >>> 0
    this.#check(head[0]!)
    return at
  }

  #check(flag: number): void {
    if (flag === COMPRESSED_FLAG)
      throw statusError('internal', 'grpc: compressed flag set with identity or empty encoding')
    this.#isTrailers = flag === TRAILERS_FLAG && this.#trailers !== undefined
    if (flag !== 0 && !this.#isTrailers)
      throw statusError('internal', `grpc: received unexpected payload format ${flag}`)
    if (this.#length <= this.#sizeMax) return
    const sizes = `(${this.#length} vs. ${this.#sizeMax})`
    throw statusError('resourceExhausted', `grpc: received message larger than max ${sizes}`)
  }

  #readBody(piece: Uint8Array, start: number): number {
    const end = Math.min(piece.length, start + this.#length - this.#bodySize)
    const part = piece.subarray(start, end)
    const size = this.#bodySize + part.length
    if (size > this.#body!.length) this.#grow(size)
    this.#body!.set(part, this.#bodySize)
    this.#bodySize = size
    return end
  }

  /** Doubles: so that what is reserved is never much more than what has come. */
  #grow(size: number): void {
    const capacity = Math.min(this.#length, Math.max(size, PIECE_BYTES_MIN, 2 * this.#body!.length))
    if (this.#hold?.(capacity - this.#body!.length) === false)
      throw statusError('resourceExhausted', 'grpc: the server holds as much as it can')
    const grown = new Uint8Array(capacity)
    grown.set(this.#body!.subarray(0, this.#bodySize))
    this.#body = grown
  }
}
