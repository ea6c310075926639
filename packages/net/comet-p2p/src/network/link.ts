/** One connection, from its first byte to its last: wire, cipher, handshake, channels. */

import { CodedError } from '@wadi/base/errors'
import type { Timer } from '@wadi/base/timers'
import type { Channel } from '@wadi/contracts/peers'
import type { NodeInfo } from '@wadi/tendermint/messages/connection'
import { errors } from '../errors.ts'
import { Handshake, type HandshakeOptions } from '../handshake/handshake.ts'
import { HANDSHAKE_MS_MAX } from '../limits.ts'
import { Mux, type MuxEvents } from '../mux/mux.ts'
import { TokenBucket } from '../mux/tokenBucket.ts'
import type { Wire } from '../sockets/contract.ts'
import type { NetworkWorld, Rates } from './options.ts'

/** Why a connection ended: a rule that the other side broke, or else in words. */
export type EndReason = CodedError | string

/** What a connection tells. */
export interface LinkEvents {
  /** The other side may become a peer; the owner calls `run`, or throws a coded error. */
  ready(info: NodeInfo): void
  /** It is over; told once, unless the owner closed it. */
  ended(reason: EndReason): void
}

/** What a connection is made of. */
export interface LinkOptions {
  readonly world: Pick<NetworkWorld, 'clock' | 'timers'>
  readonly wire: Wire
  readonly handshake: HandshakeOptions
  readonly rates: Rates
  readonly events: LinkEvents
}

/** Somebody with a bad record is listened to at this part of the rate. */
const SLOWED_PART = 8

/** See the top of this file. */
export class Link {
  readonly #options: LinkOptions
  readonly #handshake: Handshake
  readonly #bucket: TokenBucket
  #mux: Mux | undefined
  #handshakeTimer: Timer | undefined
  #resumeTimer: Timer | undefined
  readonly #openedMs: number
  #hasSpoken = false
  #isClosed = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#openedMs = options.world.clock.monotonicMs()
    this.#handshake = new Handshake(options.handshake)
    const { world, rates } = options
    this.#bucket = new TokenBucket(world.clock, rates.receiveBytesPerSecond)
  }

  get wire(): Wire {
    return this.#options.wire
  }

  /** Of the other side, once it has shown its key. */
  get id(): string | undefined {
    return this.#handshake.id
  }

  /** Has anything come? */
  get hasSpoken(): boolean {
    return this.#hasSpoken
  }

  get ageMs(): number {
    return this.#options.world.clock.monotonicMs() - this.#openedMs
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The channels, once it runs. */
  get mux(): Mux | undefined {
    return this.#mux
  }

  /** Begins the handshake. */
  open(): void {
    const { wire } = this.#options
    this.#limitHandshake()
    wire.open({
      received: (bytes) => this.#received(bytes),
      drained: () => this.#mux?.writable(),
      ended: (why) => this.#end(why),
    })
    wire.write(this.#handshake.hello())
  }

  /** Opens the channels, after the handshake. */
  run(channels: readonly Channel[], events: Omit<MuxEvents, 'write' | 'unanswered'>): void {
    const { world, wire, rates } = this.#options
    this.#mux = new Mux({
      ...world,
      channels,
      sendBytesPerSecond: rates.sendBytesPerSecond,
      events: {
        ...events,
        write: (bytes) => wire.write(this.#handshake.secret.seal(bytes)),
        unanswered: () => this.#end('no answer to a ping'),
      },
    })
  }

  /** How much is received a second from here on. */
  setPace(pace: 'full' | 'slowed'): void {
    const { receiveBytesPerSecond } = this.#options.rates
    const isSlowed = pace === 'slowed'
    this.#bucket.setRate(Math.ceil(receiveBytesPerSecond / (isSlowed ? SLOWED_PART : 1)))
  }

  /** Ends it; the events tell nothing any more. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#handshakeTimer?.cancel()
    this.#resumeTimer?.cancel()
    this.#mux?.stop()
    this.#handshake.secret.wipe()
    // Who said nothing is owed nothing.
    if (this.#hasSpoken) this.#options.wire.close()
    else this.#options.wire.cut()
  }

  #end(reason: EndReason): void {
    if (this.#isClosed) return
    this.close()
    this.#options.events.ended(reason)
  }

  #limitHandshake(): void {
    this.#handshakeTimer?.cancel()
    const { timers } = this.#options.world
    this.#handshakeTimer = timers.after(HANDSHAKE_MS_MAX, () => {
      // What came while this process was busy is read first.
      this.#handshakeTimer = timers.after(0, () => this.#end(this.#whyTooLong()))
    })
  }

  /** Who was dialed may be somebody who never asked for it; who dials has to speak. */
  #whyTooLong(): EndReason {
    if (this.#options.handshake.dialedId !== undefined) return 'handshake takes too long'
    return this.#hasSpoken ? errors.slowHandshake() : errors.silentHandshake()
  }

  #received(bytes: Uint8Array): void {
    if (this.#isClosed) return
    this.#hasSpoken = true
    this.#bucket.take(bytes.length)
    try {
      if (this.#mux === undefined) this.#shakeHands(bytes)
      else this.#mux.receiveBehindRest(this.#handshake.secret.openBehind(this.#mux.rest, bytes))
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#end(error)
    }
    this.#rest()
  }

  #shakeHands(bytes: Uint8Array): void {
    const hadId = this.id !== undefined
    const { reply, done } = this.#handshake.receive(bytes)
    if (reply.length > 0) this.#options.wire.write(reply)
    if (!hadId && this.id !== undefined) this.#limitHandshake()
    if (done === undefined) return
    this.#handshakeTimer?.cancel()
    this.#options.events.ready(done.info)
    this.#mux?.receive(done.data)
  }

  /** Receives nothing until the rate allows it. */
  #rest(): void {
    const waitMs = this.#bucket.waitMs()
    if (waitMs === 0 || this.#resumeTimer !== undefined || this.#isClosed) return
    const { wire, world } = this.#options
    wire.pause()
    this.#resumeTimer = world.timers.after(waitMs, () => {
      this.#resumeTimer = undefined
      wire.resume()
    })
  }
}
