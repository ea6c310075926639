/**
 * One call, from its request to the last byte of its answer:
 *
 *   receiving ──request whole──▶ running ──answered, failed, late──▶ ended ──taken──▶ closed
 *       └──────────────bad request, late───────────────────────────────┘               ▲
 *       └──────────────the client vanishes: from anywhere ─────────────────────────────┘
 */

import { CodedError } from '@wadi/base/errors'
import type { Timer } from '@wadi/base/timers'
import { Base64Reader } from '../base64Reader.ts'
import { MessageReader } from '../messageReader.ts'
import { OK, STATUS, type Status, statusError, statusOf } from '../status.ts'
import type { Answer } from './answer.ts'
import type { Desk, Holder } from './desk.ts'
import type { Exchange, ExchangeEvents, Peer } from './exchange.ts'
import type { BoundMethod, Release, ServerStream } from './implement.ts'
import { SendQueue } from './sendQueue.ts'

const TOO_SLOW = 'grpc: the client is too slow for the stream'
const INTERNAL: Status = { code: STATUS.internal, message: 'internal error' }

/** What a call is made of. */
export interface CallParts {
  readonly exchange: Exchange
  readonly answer: Answer
  readonly bound: BoundMethod
  readonly desk: Desk
  readonly timeoutMs: number | undefined
  /** Is the request in Base64? */
  readonly isText: boolean
}

/** See the top of this file. */
export class ServerCall implements ExchangeEvents, ServerStream<unknown>, Holder {
  held = 0
  readonly #parts: CallParts
  readonly #reader: MessageReader
  readonly #base64: Base64Reader | undefined
  readonly #begunMs: number
  #state: 'receiving' | 'running' | 'ended' | 'closed' = 'receiving'
  #request: Uint8Array | undefined
  #deadline: Timer | undefined
  #aborter: AbortController | undefined
  #release: Release | undefined
  #queue: SendQueue | undefined
  /** What is to be said when all that waits is sent. */
  #last: Status | undefined
  #drained: (() => void)[] = []

  constructor(parts: CallParts) {
    const { desk, bound, timeoutMs, isText } = parts
    this.#parts = parts
    const { messageBytes: sizeMax } = desk.limits
    this.#reader = new MessageReader({ sizeMax, hold: (bytes) => this.hold(bytes) })
    this.#base64 = isText ? new Base64Reader() : undefined
    this.#begunMs = desk.clock.monotonicMs()
    desk.begin(this, this.peer)
    desk.receiving.add(this)
    desk.observer.begun(bound.path)
    if (timeoutMs !== undefined) this.#deadline = desk.timers.after(timeoutMs, () => this.#expire())
  }

  get path(): string {
    return this.#parts.bound.path
  }

  get peer(): Peer {
    return this.#parts.exchange.peer
  }

  get isStream(): boolean {
    return this.#parts.bound.method.kind === 'stream'
  }

  get signal(): AbortSignal {
    this.#aborter ??= new AbortController()
    if (this.#isOver) this.#aborter.abort()
    return this.#aborter.signal
  }

  header(name: string): string | undefined {
    return this.#parts.exchange.header(name)
  }

  received(piece: Uint8Array): void {
    if (this.#state !== 'receiving') return
    this.#attempt(() => {
      const bytes = this.#base64?.push(piece) ?? piece
      this.#reader.push(bytes, (message) => this.#take(message))
    })
  }

  ended(): void {
    if (this.#state !== 'receiving') return
    this.#attempt(() => {
      this.#base64?.end()
      if (this.#reader.isMidway) throw statusError('internal', 'unexpected EOF')
      const request = this.#request
      if (request === undefined) throw statusError('internal', 'EOF')
      this.#run(request)
    })
  }

  /** The client is gone, or has all that it wanted. */
  closed(): void {
    if (this.#state === 'closed') return
    const { desk } = this.#parts
    const isVanished = !this.#isOver
    this.#state = 'closed'
    if (isVanished) {
      this.#settle(STATUS.canceled)
      this.#aborter?.abort()
    }
    desk.lingering.delete(this)
    desk.end(this, this.peer)
    desk.unhold(this.held)
    this.held = 0
    this.#request = undefined
    this.#queue = undefined
  }

  send(answer: unknown): boolean {
    if (this.#state !== 'running') return false
    const { bound, desk } = this.#parts
    // Whoever tells of an event must not suffer from one who listens.
    this.#attempt(() => {
      if (this.#sending().push(bound.frame(answer))) desk.observer.streamed(bound.path)
      else this.#abandon(statusError('resourceExhausted', TOO_SLOW))
    })
    return !this.#isOver
  }

  drained(): Promise<void> {
    if (this.#isOver || this.#queue === undefined || this.#queue.isEmpty) return Promise.resolve()
    return new Promise((resolve) => {
      this.#drained.push(resolve)
    })
  }

  end(): void {
    this.#finish(OK)
  }

  fail(error: unknown): void {
    const status = statusOf(error)
    if (status === undefined) this.#parts.desk.onFailure(error)
    this.#finish(status ?? INTERNAL)
  }

  overdue(): void {
    this.fail(statusError('deadlineExceeded', 'grpc: the request did not arrive in time'))
  }

  evict(): void {
    this.#parts.exchange.reset()
    this.closed()
  }

  /** May it hold more? */
  hold(bytes: number): boolean {
    if (!this.#parts.desk.hold(this, bytes)) return false
    this.held += bytes
    return true
  }

  get #isOver(): boolean {
    return this.#state === 'ended' || this.#state === 'closed'
  }

  #attempt(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.fail(error)
    }
  }

  #take(message: Uint8Array): void {
    if (this.#request !== undefined)
      throw statusError('internal', 'grpc: a request is one message, and this has more')
    this.#request = message
  }

  #run(bytes: Uint8Array): void {
    const { desk, bound } = this.#parts
    this.#state = 'running'
    desk.receiving.delete(this)
    const result = bound.handler(decodeRequest(bound, bytes), this)
    if (result instanceof Promise) {
      result.then(
        (value) => this.#attempt(() => this.#answer(value)),
        (error: unknown) => this.fail(error),
      )
    } else this.#answer(result)
  }

  /** What the handler returned: the answer, or how to let go of the stream. */
  #answer(value: unknown): void {
    const { bound } = this.#parts
    if (this.isStream) {
      const release = value as Release
      if (this.#isOver) release()
      else this.#release = release
      return
    }
    if (this.#isOver) return
    const frame = bound.frame(value)
    if (!this.hold(frame.length))
      throw statusError('resourceExhausted', 'grpc: the server holds as much as it can')
    this.#finish(OK, frame)
  }

  #sending(): SendQueue {
    const { answer, desk } = this.#parts
    const { queueCount: countMax, queueBytes: bytesMax } = desk.limits
    this.#queue ??= new SendQueue(
      {
        hold: (bytes) => this.hold(bytes),
        unhold: (bytes) => this.#unhold(bytes),
        write: (frames, written) => answer.write(frames, written),
        drained: () => this.#rest(),
      },
      { countMax, bytesMax },
    )
    return this.#queue
  }

  #unhold(bytes: number): void {
    if (this.#state === 'closed') return
    this.held -= bytes
    this.#parts.desk.unhold(bytes)
  }

  /** Nothing waits any more. */
  #rest(): void {
    if (this.#last !== undefined && this.#state === 'ended') this.#parts.answer.finish(this.#last)
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#drained
    if (waiting.length === 0) return
    this.#drained = []
    for (const resolve of waiting) resolve()
  }

  #expire(): void {
    this.#abandon(statusError('deadlineExceeded', 'context deadline exceeded'))
  }

  /** Fails without sending what waits, and whoever works on it may stop. */
  #abandon(error: unknown): void {
    this.#queue?.drop()
    this.fail(error)
    this.#aborter?.abort()
  }

  /** Says how it ended, after what waits. */
  #finish(status: Status, frame?: Uint8Array): void {
    if (this.#isOver) return
    const { answer, desk } = this.#parts
    this.#state = 'ended'
    this.#settle(status.code)
    desk.lingering.add(this)
    if (this.#queue === undefined || this.#queue.isEmpty) answer.finish(status, frame)
    else this.#last = status
  }

  /** Lets go of all but what is being sent. */
  #settle(code: number): void {
    const { desk, bound } = this.#parts
    desk.receiving.delete(this)
    this.#deadline?.cancel()
    desk.observer.ended(bound.path, code, desk.clock.monotonicMs() - this.#begunMs)
    const release = this.#release
    this.#release = undefined
    this.#wake()
    release?.()
    if (this.isStream) this.#aborter?.abort()
  }
}

function decodeRequest({ method }: BoundMethod, bytes: Uint8Array): unknown {
  try {
    return method.request.decode(bytes)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw statusError('internal', `grpc: error unmarshalling request: ${error.message}`)
  }
}
