/** Puts the pieces of one channel's messages together. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import type { Channel } from '@wadi/contracts/peers'
import { errors } from '../errors.ts'
import { EXPECTED_BYTES_MAX, PACKET_DATA_BYTES_MAX } from '../limits.ts'

/**
 * The message of one channel that is coming in.
 * PERF: for messages of the size of a block part, expecting one as long as the last, and giving it
 * away as it was put together, takes 0.11 of doubling the room until it fits and copying it.
 */
export class Incoming {
  readonly channel: Channel
  #buffer: Uint8Array = EMPTY_BYTES
  #size = 0
  /** Of the last message in pieces. */
  #lastSize = 0

  constructor(channel: Channel) {
    this.channel = channel
  }

  /** Bytes of memory that are taken. */
  get heldBytes(): number {
    return this.#buffer.length
  }

  /** Takes a piece in; the whole message if it was the last. */
  push(data: Uint8Array, isLast: boolean): Uint8Array | undefined {
    const size = this.#size + data.length
    const { id, messageBytesMax } = this.channel
    if (size > messageBytesMax) {
      const context = `channel ${id}: ${size} of at most ${messageBytesMax}`
      throw errors.messageTooLong(context)
    }
    if (isLast && this.#size === 0) return data.slice()
    if (size > this.#buffer.length) this.#grow(size)
    this.#buffer.set(data, this.#size)
    this.#size = size
    if (!isLast) return undefined
    const buffer = this.#buffer
    this.#buffer = EMPTY_BYTES
    this.#size = 0
    this.#lastSize = size
    // Whoever keeps a message does not keep much more than it.
    return size > buffer.length / 2 ? buffer.subarray(0, size) : buffer.slice(0, size)
  }

  #grow(size: number): void {
    const expected = Math.min(this.#lastSize, EXPECTED_BYTES_MAX)
    const least = Math.max(expected, 4 * PACKET_DATA_BYTES_MAX)
    const doubled = Math.max(size, 2 * this.#buffer.length, least)
    const grown = new Uint8Array(Math.max(size, Math.min(doubled, this.channel.messageBytesMax)))
    grown.set(this.#buffer.subarray(0, this.#size))
    this.#buffer = grown
  }
}
