/**
 * Messages on a stream: the size in four bytes, the most significant first, then the encoding. So
 * speak hosts with their runtimes, and nodes with each other when they call procedures.
 */

import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { errors } from './errors.ts'
import { FRAME_SIZE_MAX } from './limits.ts'

const HEAD_SIZE = 4
/** What is set aside at once for a message of which nothing has come yet. */
const ROOM_MIN = 4_096

/** A message as it goes over the stream. */
export function frameOf(message: Uint8Array): Uint8Array {
  const size = message.length
  if (size > FRAME_SIZE_MAX) throw errors.frameTooLarge(`${size} bytes`)
  return concatBytes(Uint8Array.of(size >>> 24, size >>> 16, size >>> 8, size), message)
}

/**
 * Puts messages together from whatever pieces the stream comes in. Memory grows with what has
 * come, not with what was announced. After an error the stream is of no more use.
 * COMPAT(oasis-core): whoever decodes a message ignores a few bytes behind it (`decodeRpc`).
 */
export class FrameReader {
  readonly #sizeMax: number
  readonly #head: Uint8Array = new Uint8Array(HEAD_SIZE)
  #headFilled = 0
  /** What has come of the message, and room for more. */
  #room: Uint8Array = EMPTY_BYTES
  #filled = 0

  /** A stream may have a bound of its own, below the reference's. */
  constructor(sizeMax: number = FRAME_SIZE_MAX) {
    this.#sizeMax = sizeMax
  }

  /** Does the stream stand between two messages? If it ends elsewhere, it was cut off. */
  get isAtStart(): boolean {
    return this.#headFilled === 0
  }

  /** Takes the next piece, and gives the messages that are complete now. */
  push(piece: Uint8Array): readonly Uint8Array[] {
    const messages: Uint8Array[] = []
    let at = 0
    while (at < piece.length) {
      at += this.#takeHead(piece.subarray(at))
      if (this.#headFilled < HEAD_SIZE) break
      at += this.#takeBody(piece.subarray(at))
      if (this.#filled === this.#size) messages.push(this.#finish())
    }
    return messages
  }

  get #size(): number {
    return new DataView(this.#head.buffer).getUint32(0)
  }

  #takeHead(piece: Uint8Array): number {
    const taken = piece.subarray(0, HEAD_SIZE - this.#headFilled)
    if (taken.length === 0) return 0
    this.#head.set(taken, this.#headFilled)
    this.#headFilled += taken.length
    const isComplete = this.#headFilled === HEAD_SIZE
    if (isComplete && this.#size > this.#sizeMax) {
      throw errors.frameTooLarge(`${this.#size} bytes`)
    }
    return taken.length
  }

  #takeBody(piece: Uint8Array): number {
    const taken = piece.subarray(0, this.#size - this.#filled)
    const filled = this.#filled + taken.length
    if (filled > this.#room.length) this.#grow(filled)
    this.#room.set(taken, this.#filled)
    this.#filled = filled
    return taken.length
  }

  #grow(sizeMin: number): void {
    const doubled = Math.max(sizeMin, 2 * this.#room.length, ROOM_MIN)
    const room = new Uint8Array(Math.min(this.#size, doubled))
    room.set(this.#room.subarray(0, this.#filled))
    this.#room = room
  }

  #finish(): Uint8Array {
    const message = this.#room.subarray(0, this.#filled)
    this.#headFilled = 0
    this.#filled = 0
    this.#room = EMPTY_BYTES
    return message
  }
}
