/** Machines that are connected in memory: pipes instead of sockets, for tests. */

import { concatBytes, toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type {
  Closable,
  DialResult,
  Endpoint,
  ListenEvents,
  Sockets,
  Wire,
  WireEvents,
} from '../sockets/contract.ts'

/** Bytes that a pipe takes before it says that there is no room. */
const PIPE_BYTES_MAX = 65_536
/** A pipe breaks what it carries into pieces of up to so many bytes. */
const PIECE_BYTES_MAX = 3000
const FIRST_PORT = 40_000

const keyOf = ({ ip, port }: Endpoint) => `${toHex(ip)}:${port}`

/** One end of a pipe. */
export class Pipe implements Wire {
  readonly remote: Endpoint
  readonly #internet: MemoryInternet
  #other: Pipe | undefined
  #events: WireEvents | undefined
  #inbox: Uint8Array[] = []
  #inboxBytes = 0
  #isEnding = false
  #isPaused = false
  #isFull = false
  isClosed = false

  private constructor(internet: MemoryInternet, remote: Endpoint) {
    this.#internet = internet
    this.remote = remote
  }

  /** A pair: the end of `a`, and the end of `b`. */
  static pair(internet: MemoryInternet, a: Endpoint, b: Endpoint): readonly [Pipe, Pipe] {
    const [endOfA, endOfB] = [new Pipe(internet, b), new Pipe(internet, a)]
    endOfA.#other = endOfB
    endOfB.#other = endOfA
    return [endOfA, endOfB]
  }

  open(events: WireEvents): void {
    this.#events = events
    this.#deliverSoon()
  }

  write(bytes: Uint8Array): boolean {
    const other = this.#other!
    if (this.isClosed || other.isClosed) return true
    other.#inbox.push(bytes)
    other.#inboxBytes += bytes.length
    other.#deliverSoon()
    this.#isFull = other.#inboxBytes > PIPE_BYTES_MAX
    return !this.#isFull
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#deliverSoon()
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#inbox = []
    this.#other!.#isEnding = true
    this.#other!.#deliverSoon()
  }

  cut(): void {
    this.close()
  }

  #deliverSoon(): void {
    this.#internet.later(() => this.#deliver())
  }

  #deliver(): void {
    if (this.isClosed || this.#events === undefined || this.#isPaused) return
    if (this.#inboxBytes > 0) {
      this.#events.received(this.#takePiece(this.#internet.pieceBytes()))
      this.#other!.#roomAgain(this.#inboxBytes)
      this.#deliverSoon()
    } else if (this.#isEnding) {
      this.isClosed = true
      this.#events.ended('the other end closed the connection')
    }
  }

  /** Up to so many bytes, whatever the pieces in which they were written. */
  #takePiece(bytesMax: number): Uint8Array {
    const parts: Uint8Array[] = []
    for (let size = 0; size < bytesMax && this.#inbox.length > 0; ) {
      const first = this.#inbox.shift()!
      const part = first.subarray(0, bytesMax - size)
      if (part.length < first.length) this.#inbox.unshift(first.subarray(part.length))
      parts.push(part)
      size += part.length
    }
    const piece = concatBytes(...parts)
    this.#inboxBytes -= piece.length
    return piece
  }

  #roomAgain(waitingBytes: number): void {
    if (!this.#isFull || waitingBytes > PIPE_BYTES_MAX / 2 || this.isClosed) return
    this.#isFull = false
    this.#internet.later(() => {
      if (!this.isClosed) this.#events?.drained()
    })
  }
}

/** All machines. */
export class MemoryInternet {
  readonly #timers: Timers
  readonly #random: RandomSource
  readonly #listeners = new Map<string, ListenEvents>()
  readonly #silent = new Set<string>()
  #port = FIRST_PORT

  constructor(timers: Timers, random: RandomSource) {
    this.#timers = timers
    this.#random = random
  }

  /** The sockets of one machine. */
  machine(ip: Uint8Array): Sockets {
    return {
      listen: ({ port }, events) => this.#listen({ ip, port: port || this.#port++ }, events),
      dial: (endpoint, answer) => this.#dial({ ip, port: this.#port++ }, endpoint, answer),
    }
  }

  /** From now on nobody answers there: neither yes nor no. */
  silence(endpoint: Endpoint): void {
    this.#silent.add(keyOf(endpoint))
  }

  later(run: () => void): void {
    this.#timers.after(0, run)
  }

  pieceBytes(): number {
    return 1 + randomBelow(this.#random, PIECE_BYTES_MAX)
  }

  #listen(endpoint: Endpoint, events: ListenEvents): Closable {
    const key = keyOf(endpoint)
    const isTaken = this.#listeners.has(key)
    if (!isTaken) this.#listeners.set(key, events)
    this.later(() => {
      if (isTaken) events.failed(new UnavailableError('p2p.listen', 'p2p: the port is taken'))
      else events.ready(endpoint)
    })
    return { close: () => void (isTaken || this.#listeners.delete(key)) }
  }

  #dial(from: Endpoint, to: Endpoint, answer: (result: DialResult) => void): Closable {
    let isClosed = false
    this.later(() => {
      if (isClosed || this.#silent.has(keyOf(to))) return
      const listener = this.#listeners.get(keyOf(to))
      if (listener === undefined) {
        answer({ kind: 'failed', why: 'connection refused' })
        return
      }
      const [dialer, accepted] = Pipe.pair(this, from, to)
      listener.accepted(accepted)
      answer({ kind: 'connected', wire: dialer })
    })
    return {
      close: () => {
        isClosed = true
      },
    }
  }
}
