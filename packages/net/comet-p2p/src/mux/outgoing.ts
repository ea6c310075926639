/** Messages that wait to be sent on one channel, and the one that is under way. */

import type { Channel } from '@wadi/contracts/peers'
import { PACKET_DATA_BYTES_MAX } from '../limits.ts'

/** A piece of a message, as it goes into a packet. */
export interface Piece {
  readonly data: Uint8Array
  readonly isLast: boolean
}

/** As in the reference, a fifth of what was sent recently is forgotten in this time. */
const DECAY_MS = 2000

/** The queue of one channel. */
export class Outgoing {
  readonly channel: Channel
  readonly #queue: Uint8Array[] = []
  #current: Uint8Array | undefined
  #recentBytes = 0
  #decayedMs: number
  /** Somebody found the queue full and is told when there is room. */
  #isAwaited = false

  constructor(channel: Channel, nowMs: number) {
    this.channel = channel
    this.#decayedMs = nowMs
  }

  /** Messages that were not yet sent whole. */
  get waiting(): number {
    return this.#queue.length + (this.#current === undefined ? 0 : 1)
  }

  canPush(): boolean {
    const hasRoom = this.waiting < this.channel.sendQueueMax
    if (!hasRoom) this.#isAwaited = true
    return hasRoom
  }

  push(message: Uint8Array): boolean {
    if (!this.canPush()) return false
    this.#queue.push(message)
    return true
  }

  /** Bytes that wait: for metrics. */
  get waitingBytes(): number {
    let sum = this.#current?.length ?? 0
    for (const message of this.#queue) sum += message.length
    return sum
  }

  /** What was sent recently by the channel's weight: whoever has the least is next. */
  load(nowMs: number): number {
    while (nowMs - this.#decayedMs >= DECAY_MS && this.#recentBytes > 0) {
      this.#recentBytes = Math.trunc((this.#recentBytes * 4) / 5)
      this.#decayedMs += DECAY_MS
    }
    if (this.#recentBytes === 0) this.#decayedMs = nowMs
    return this.#recentBytes / this.channel.priority
  }

  /** The next piece. There must be one. */
  take(): Piece {
    const message = this.#current ?? this.#queue.shift()!
    const isLast = message.length <= PACKET_DATA_BYTES_MAX
    this.#current = isLast ? undefined : message.subarray(PACKET_DATA_BYTES_MAX)
    return { data: isLast ? message : message.subarray(0, PACKET_DATA_BYTES_MAX), isLast }
  }

  /** Counts what a piece took on the wire. */
  sent(bytes: number): void {
    this.#recentBytes += bytes
  }

  /** Is somebody to be told that there is room again? Half of it, so that it is worth the while. */
  takeDrained(): boolean {
    if (!this.#isAwaited || this.waiting > this.channel.sendQueueMax / 2) return false
    this.#isAwaited = false
    return true
  }
}
