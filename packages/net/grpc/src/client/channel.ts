/** The way to a server: calls go over one connection, which is made anew when it was lost. */

import { NO_OBSERVER } from '../callObserver.ts'
import { frameOf } from '../frames.ts'
import { statusError } from '../status.ts'
import { AnswerStream } from './answerStream.ts'
import type { CallTransport } from './callTransport.ts'
import type { ClientCallEvents } from './clientCall.ts'
import { Link } from './link.ts'
import { type CallOptions, CHANNEL_LIMITS, type ChannelOptions } from './options.ts'
import { type CallDesk, OutgoingCall, type Question } from './outgoingCall.ts'

/** See the top of this file. Messages are bytes here; `createClient` gives them types. */
export class Channel implements CallTransport {
  readonly #desk: CallDesk
  #inFlight = 0

  constructor(options: ChannelOptions) {
    const { observer = NO_OBSERVER } = options
    const limits = { ...CHANNEL_LIMITS, ...options.limits }
    this.#desk = { options, limits, observer, link: new Link(options, limits) }
  }

  /** Calls that are not over. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** The one answer. */
  unary(path: string, request: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      let answer: Uint8Array | undefined
      this.#begin(
        { path, frame: frameOf(request), options },
        {
          message: (message) => {
            answer ??= message
          },
          ended: (error) => {
            if (error !== undefined) reject(error)
            else if (answer === undefined) reject(statusError('internal', 'grpc: no answer came'))
            else resolve(answer)
          },
        },
      )
    })
  }

  /** The answers, from now on. Leaving the loop tells the server that no more are wanted. */
  stream(
    path: string,
    request: Uint8Array,
    options: CallOptions = {},
  ): AsyncIterableIterator<Uint8Array> {
    const { limits, observer } = this.#desk
    return new AnswerStream({
      unreadBytes: limits.unreadBytes,
      canceled: () => statusError('canceled', 'the caller wants no more'),
      begin: (events) => {
        const message = (bytes: Uint8Array) => {
          observer.streamed(path)
          events.message(bytes)
        }
        const question = { path, frame: frameOf(request), options }
        return this.#begin(question, { message, ended: (error) => events.ended(error) })
      },
    })
  }

  /** No more calls; those that go on may end. */
  close(): void {
    this.#desk.link.close()
  }

  #begin(question: Question, events: ClientCallEvents): OutgoingCall {
    const { callsInFlight } = this.#desk.limits
    if (this.#inFlight >= callsInFlight)
      throw statusError('resourceExhausted', `grpc: ${callsInFlight} calls are under way already`)
    this.#inFlight++
    return new OutgoingCall(this.#desk, question, {
      message: (message) => events.message(message),
      ended: (error) => {
        this.#inFlight--
        events.ended(error)
      },
    })
  }
}
