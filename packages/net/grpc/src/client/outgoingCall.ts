/** A call on its way: connects if need be, watches the time, is sent again once at most. */

import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2'
import { isTold, UnavailableError } from '@wadi/base/errors'
import type { Timer } from '@wadi/base/timers'
import type { CallObserver } from '../callObserver.ts'
import { STATUS, statusError, statusOf } from '../status.ts'
import { printTimeout } from '../timeout.ts'
import { ClientCall, type ClientCallEvents } from './clientCall.ts'
import type { Link } from './link.ts'
import type { CallOptions, ChannelLimits, ChannelOptions } from './options.ts'

/** What the calls of a channel share. */
export interface CallDesk {
  readonly options: ChannelOptions
  readonly limits: ChannelLimits
  readonly observer: CallObserver
  readonly link: Link
}

/** What is asked. */
export interface Question {
  readonly path: string
  /** The request, with its head. */
  readonly frame: Uint8Array
  readonly options: CallOptions
}

/** See the top of this file. */
export class OutgoingCall {
  readonly #desk: CallDesk
  readonly #question: Question
  readonly #events: ClientCallEvents
  readonly #begunMs: number
  readonly #onAbort = () => this.cancel(statusError('canceled', 'the caller canceled the call'))
  #call: ClientCall | undefined
  #deadline: Timer | undefined
  #isRetried = false
  #isOver = false
  #isPaused = false

  constructor(desk: CallDesk, question: Question, events: ClientCallEvents) {
    this.#desk = desk
    this.#question = question
    this.#events = events
    const { clock, timers } = desk.options
    const { timeoutMs, signal } = question.options
    this.#begunMs = clock.monotonicMs()
    desk.observer.begun(question.path)
    if (timeoutMs !== undefined) {
      this.#deadline = timers.after(timeoutMs, () => this.cancel(tooLate()))
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (signal?.aborted === true) queueMicrotask(this.#onAbort)
    else this.#go()
  }

  /** Gives it up. */
  cancel(error: Error): void {
    if (this.#isOver) return
    const call = this.#call
    this.#end(error)
    call?.cancel(error)
  }

  pause(): void {
    this.#isPaused = true
    this.#call?.pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#call?.resume()
  }

  #go(): void {
    const { link } = this.#desk
    const { session } = link
    if (session !== undefined) {
      this.#send(session)
      return
    }
    const isPatient = this.#question.options.whenAway === 'wait'
    link.connect({ isPatient, isOver: () => this.#isOver }).then(
      (found) => this.#send(found),
      (error: Error) => this.#end(error),
    )
  }

  #send(session: ClientHttp2Session): void {
    if (this.#isOver) return
    const { limits, link } = this.#desk
    try {
      const stream = session.request(this.#headers(session))
      this.#call = new ClientCall(stream, limits.messageBytes, {
        message: (message) => this.#hear(message),
        ended: (error) => this.#settle(error),
      })
      stream.end(this.#question.frame)
    } catch (cause) {
      // The connection is on its way out: nothing was sent.
      link.leave(session)
      this.#retry(new UnavailableError('grpc.unavailable', 'grpc: connection lost', { cause }))
    }
  }

  #headers(session: ClientHttp2Session): OutgoingHttpHeaders {
    const { path, options } = this.#question
    const { timeoutMs, headers } = options
    return {
      ...headers,
      ':method': 'POST',
      ':path': path,
      ':scheme': session.encrypted === true ? 'https' : 'http',
      'content-type': 'application/grpc+cbor',
      te: 'trailers',
      ...(timeoutMs === undefined ? {} : { 'grpc-timeout': printTimeout(timeoutMs) }),
    }
  }

  #hear(message: Uint8Array): void {
    if (!this.#isOver) this.#events.message(message)
  }

  #settle(error: Error | undefined): void {
    if (error === undefined) this.#end(undefined)
    else if (this.#call?.isRefused === true) this.#retry(error)
    else this.#end(this.#call?.isCanceled === true && this.#isLate ? tooLate() : error)
  }

  /** Servers know the deadline, too, and may be the first to see that it has passed. */
  get #isLate(): boolean {
    const { timeoutMs } = this.#question.options
    const tookMs = this.#desk.options.clock.monotonicMs() - this.#begunMs
    return timeoutMs !== undefined && tookMs >= timeoutMs
  }

  #retry(error: Error): void {
    if (this.#isRetried || this.#isOver) {
      this.#end(error)
      return
    }
    this.#isRetried = true
    this.#go()
  }

  #end(error: Error | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#deadline?.cancel()
    const { observer, options } = this.#desk
    const { path, options: asked } = this.#question
    asked.signal?.removeEventListener('abort', this.#onAbort)
    observer.ended(path, codeOf(error), options.clock.monotonicMs() - this.#begunMs)
    this.#events.ended(error)
  }
}

const tooLate = () => statusError('deadlineExceeded', 'context deadline exceeded')

function codeOf(error: Error | undefined): number {
  if (error === undefined) return STATUS.ok
  const isKnown = isTold(error)
  return isKnown ? (statusOf(error)?.code ?? STATUS.unknown) : STATUS.unknown
}
