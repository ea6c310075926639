/**
 * Many channels in one stream of bytes (the reference's MConnection), as a machine: it is told what
 * came and writes what goes; sockets and ciphers are elsewhere.
 */

import type { Clock } from '@wadi/base/clock'
import { assert } from '@wadi/base/errors'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Channel } from '@wadi/contracts/peers'
import { DelimitedReader } from '../delimitedReader.ts'
import { errors } from '../errors.ts'
import {
  BATCH_BYTES_MAX,
  CHANNEL_ID_MAX,
  IDLE_PACKETS_PER_SECOND_MAX,
  PACKET_BYTES_MAX,
  PING_INTERVAL_MS,
  PONG_MS_MAX,
  SMALL_PIECE_BYTES,
} from '../limits.ts'
import { Incoming } from './incoming.ts'
import { Outgoing } from './outgoing.ts'
import { decodePacket, PacketWriter, PING, PONG } from './packet.ts'
import { TokenBucket } from './tokenBucket.ts'

/** What a multiplexer tells. */
export interface MuxEvents {
  /** Sends bytes, which are only lent; false if no more should follow before `writable`. */
  write(bytes: Uint8Array): boolean
  /** A whole message. */
  received(channel: number, message: Uint8Array): void
  /** A queue that was found full has room again. */
  drained(channel: number): void
  /** The other side does not answer. */
  unanswered(): void
  /** So many bytes more, or less, are kept for messages that are not whole. */
  held(bytes: number): void
}

/** What a multiplexer is made of. */
export interface MuxOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly channels: readonly Channel[]
  readonly sendBytesPerSecond: number
  readonly events: MuxEvents
}

/** See the top of this file. */
export class Mux {
  readonly #options: MuxOptions
  readonly #outgoing: readonly Outgoing[]
  readonly #outgoingById: ReadonlyMap<number, Outgoing>
  readonly #incoming: ReadonlyMap<number, Incoming>
  readonly #reader = new DelimitedReader(PACKET_BYTES_MAX)
  readonly #writer = new PacketWriter(BATCH_BYTES_MAX)
  readonly #bucket: TokenBucket
  /** For packets that come and carry nothing. */
  readonly #idleBucket: TokenBucket
  /** Ping and pong: each waits at most once, however often it is asked for. */
  readonly #answers = new Set<Uint8Array>()
  #pumpTimer: Timer | undefined
  #pingTimer: Timer | undefined
  #pongTimer: Timer | undefined
  #isBlocked = false
  #isStopped = false
  #heldBytes = 0

  constructor(options: MuxOptions) {
    const { channels, clock, sendBytesPerSecond } = options
    // COMPAT(cometbft): the bound of packets leaves no room for a longer id.
    assert(
      channels.every(({ id }) => id <= CHANNEL_ID_MAX),
      `p2p: a channel is beyond ${CHANNEL_ID_MAX}`,
    )
    this.#options = options
    this.#outgoing = channels.map((channel) => new Outgoing(channel, clock.monotonicMs()))
    this.#outgoingById = new Map(this.#outgoing.map((queue) => [queue.channel.id, queue]))
    this.#incoming = new Map(channels.map((channel) => [channel.id, new Incoming(channel)]))
    this.#bucket = new TokenBucket(clock, sendBytesPerSecond)
    this.#idleBucket = new TokenBucket(clock, IDLE_PACKETS_PER_SECOND_MAX)
    this.#startPings()
  }

  /** Bytes that are kept for messages that are not whole. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Bytes of messages that wait to be sent. */
  get waitingBytes(): number {
    return this.#outgoing.reduce((sum, queue) => sum + queue.waitingBytes, 0)
  }

  /** Queues a message; false if there is no room. */
  send(id: number, message: Uint8Array): boolean {
    const queue = this.#outgoingById.get(id)
    assert(queue !== undefined, `p2p: no reactor has channel ${id}`)
    assert(message.length <= queue.channel.messageBytesMax, `p2p: too long for channel ${id}`)
    if (this.#isStopped || !queue.push(message)) return false
    this.#pumpSoon(0)
    return true
  }

  canSend(id: number): boolean {
    return !this.#isStopped && (this.#outgoingById.get(id)?.canPush() ?? false)
  }

  /** Takes bytes of the other side in. Throws a coded error for whatever is wrong with them. */
  receive(bytes: Uint8Array): void {
    this.#reader.push(bytes)
    this.#readAll()
  }

  /** Bytes that came and are not a whole packet. */
  get rest(): Uint8Array {
    return this.#reader.rest()
  }

  /** As {@link receive}, for bytes that begin with the rest, and are only lent until the next. */
  receiveBehindRest(bytes: Uint8Array): void {
    this.#reader.restart(bytes)
    this.#readAll()
  }

  #readAll(): void {
    for (;;) {
      const message = this.#isStopped ? undefined : this.#reader.next()
      if (message === undefined) return
      this.#receivePacket(message)
    }
  }

  /** There is room again for what `write` makes. */
  writable(): void {
    this.#isBlocked = false
    this.#pump()
  }

  /** Writes what waits as far as there is room, whatever the rate: before the end. */
  flush(): void {
    while (!this.#isStopped && !this.#isBlocked && this.#pending())
      this.#isBlocked = !this.#options.events.write(this.#fillBatch())
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of [this.#pumpTimer, this.#pingTimer, this.#pongTimer]) timer?.cancel()
    this.#hold(-this.#heldBytes)
  }

  #receivePacket(bytes: Uint8Array): void {
    const packet = decodePacket(bytes)
    switch (packet.kind) {
      case 'ping':
        this.#countIdle()
        this.#answer(PONG)
        return
      case 'pong':
        this.#countIdle()
        this.#pongTimer?.cancel()
        this.#pongTimer = undefined
        return
      case 'message':
        this.#receivePiece(packet.channelId, packet.data, packet.isLast)
        return
    }
  }

  #receivePiece(id: number, data: Uint8Array, isLast: boolean): void {
    const incoming = this.#incoming.get(id)
    if (incoming === undefined) throw errors.unknownChannel(`${id}`)
    if (!isLast && data.length < SMALL_PIECE_BYTES) this.#countIdle()
    const heldBefore = incoming.heldBytes
    const message = incoming.push(data, isLast)
    if (incoming.heldBytes !== heldBefore) this.#hold(incoming.heldBytes - heldBefore)
    if (message !== undefined) this.#options.events.received(id, message)
  }

  /** Somebody who sends next to nothing costs as much as somebody who sends much. */
  #countIdle(): void {
    this.#idleBucket.take(1)
    if (this.#idleBucket.available() < 0) throw errors.tooManyIdlePackets()
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes
    this.#options.events.held(bytes)
  }

  #startPings(): void {
    this.#pingTimer = this.#options.timers.after(PING_INTERVAL_MS, () => {
      this.#startPings()
      this.#answer(PING)
      this.#pongTimer?.cancel()
      this.#pongTimer = this.#options.timers.after(PONG_MS_MAX, () => {
        this.#options.events.unanswered()
      })
    })
  }

  #answer(packet: Uint8Array): void {
    this.#answers.add(packet)
    this.#pumpSoon(0)
  }

  /** Whatever is queued until then goes in one batch. */
  #pumpSoon(ms: number): void {
    if (this.#pumpTimer !== undefined || this.#isBlocked || this.#isStopped) return
    this.#pumpTimer = this.#options.timers.after(ms, () => {
      this.#pumpTimer = undefined
      this.#pump()
    })
  }

  #pump(): void {
    while (!this.#isStopped && !this.#isBlocked && this.#pending()) {
      const waitMs = this.#bucket.waitMs()
      if (waitMs > 0 && this.#answers.size === 0) {
        this.#pumpSoon(waitMs)
        return
      }
      const batch = this.#fillBatch()
      this.#bucket.take(batch.length)
      this.#isBlocked = !this.#options.events.write(batch)
      this.#tellDrained()
    }
  }

  #pending(): boolean {
    return this.#answers.size > 0 || this.#outgoing.some(({ waiting }) => waiting > 0)
  }

  #fillBatch(): Uint8Array {
    const writer = this.#writer
    for (const answer of this.#answers) writer.packet(answer)
    this.#answers.clear()
    for (;;) {
      const queue = writer.hasRoom() ? this.#nextQueue() : undefined
      if (queue === undefined) return writer.take()
      const { data, isLast } = queue.take()
      queue.sent(writer.piece(queue.channel.id, data, isLast))
    }
  }

  /** The queue with a message that has sent the least lately for its priority. */
  #nextQueue(): Outgoing | undefined {
    const nowMs = this.#options.clock.monotonicMs()
    let next: Outgoing | undefined
    let least = Number.POSITIVE_INFINITY
    for (const queue of this.#outgoing) {
      if (queue.waiting === 0) continue
      const load = queue.load(nowMs)
      if (load < least) [next, least] = [queue, load]
    }
    return next
  }

  #tellDrained(): void {
    for (const queue of this.#outgoing) {
      if (!this.#isStopped && queue.takeDrained()) this.#options.events.drained(queue.channel.id)
    }
  }
}
