/** One call over gRPC-web: a request, and the messages of its answer as they are asked for. */

import { parseUtf8 } from '@wadi/base/bytes'
import { isTold, UnavailableError } from '@wadi/base/errors'
import type { Timer, Timers } from '@wadi/base/timers'
import { errorOfHttpStatus, errorOfTrailers } from '@wadi/grpc/call-end'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { FRAME_HEAD_BYTES, TIMER_MS_MAX } from '@wadi/grpc/limits'
import { MessageReader, writeFrameHead } from '@wadi/grpc/message-reader'
import { statusError } from '@wadi/grpc/status'
import { printTimeout } from '@wadi/grpc/timeout'
import { parseTrailers } from './trailers.ts'

const CONTENT_TYPE = 'application/grpc-web+proto'
/** Binary, in whatever encoding of messages; not text. */
const TYPE = /^application\/grpc-web(?:\+|;|$)/

/** What the calls of a transport have in common. */
export interface WebCallParts {
  readonly url: string
  readonly fetch: typeof fetch
  readonly timers: Timers
  readonly messageBytesMax: number
}

/** What is asked. */
export interface WebQuestion {
  readonly path: string
  readonly request: Uint8Array
  readonly options: CallOptions
}

type Result = IteratorResult<Uint8Array>
const DONE: Result = { done: true, value: undefined }

function framed(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + message.length)
  writeFrameHead(frame, message.length)
  frame.set(message, FRAME_HEAD_BYTES)
  return frame
}

function headersOf({ options }: WebQuestion): Record<string, string> {
  const { timeoutMs, headers } = options
  return {
    ...headers,
    accept: CONTENT_TYPE,
    'content-type': CONTENT_TYPE,
    'x-grpc-web': '1',
    ...(timeoutMs === undefined ? {} : { 'grpc-timeout': printTimeout(timeoutMs) }),
  }
}

/** Why nothing came, or nothing more: the world says it in one of many ways. */
function lost(cause: unknown): UnavailableError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const why = inner instanceof Error ? inner.message : String(inner)
  return new UnavailableError('grpc.unavailable', `grpc: ${why}`, { cause })
}

/**
 * See the top of this file. Nothing is read from the server before it is asked for, so what waits
 * here is never more than one piece of the network's and one message.
 */
export class WebCall implements AsyncIterableIterator<Uint8Array> {
  readonly #abort = new AbortController()
  readonly #reader: MessageReader
  readonly #signal: AbortSignal | undefined
  readonly #onAbort = () => this.#giveUp(statusError('canceled', 'the caller canceled the call'))
  readonly #body: Promise<ReadableStreamDefaultReader<Uint8Array> | undefined>
  #messages: Uint8Array[] = []
  #trailers: ReadonlyMap<string, string> | undefined
  #deadline: Timer | undefined
  /** Those who ask at once are answered one after the other. */
  #turn: Promise<unknown> = Promise.resolve()
  #isOver = false
  /** Why it is over, until somebody was told. */
  #error: Error | undefined

  constructor(parts: WebCallParts, question: WebQuestion) {
    const { timeoutMs, signal } = question.options
    const trailers = (text: Uint8Array) => {
      this.#trailers = parseTrailers(parseUtf8(text))
    }
    this.#reader = new MessageReader({ sizeMax: parts.messageBytesMax, trailers })
    this.#signal = signal
    if (timeoutMs !== undefined && timeoutMs <= TIMER_MS_MAX) {
      const late = () => this.#giveUp(statusError('deadlineExceeded', 'context deadline exceeded'))
      this.#deadline = parts.timers.after(timeoutMs, late)
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (signal?.aborted === true) this.#onAbort()
    this.#body = this.#open(parts, question)
    // Whoever asks for the first message is told.
    this.#body.catch(() => undefined)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Result> {
    const result = this.#turn.then(() => this.#next())
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** Nobody wants more: the server is told. */
  return(): Promise<Result> {
    this.#messages = []
    this.#giveUp(undefined)
    this.#error = undefined
    return Promise.resolve(DONE)
  }

  async #open({ url, fetch }: WebCallParts, question: WebQuestion) {
    const response = await fetch(url + question.path, {
      method: 'POST',
      headers: headersOf(question),
      body: framed(question.request),
      signal: this.#abort.signal,
      cache: 'no-store',
    })
    const { headers, body, ok, status } = response
    // An answer that is nothing but its end has it in front.
    if (headers.has('grpc-status')) this.#trailers = new Map(headers)
    else if (!ok) throw errorOfHttpStatus(status)
    const type = headers.get('content-type') ?? ''
    if (this.#trailers === undefined && !TYPE.test(type))
      throw statusError('unknown', `grpc: the answer is ${JSON.stringify(type)}, not gRPC-web`)
    return body?.getReader()
  }

  async #next(): Promise<Result> {
    try {
      const value = await this.#read()
      if (value !== undefined) return { done: false, value }
    } catch (error) {
      const isKnown = isTold(error)
      this.#giveUp(isKnown ? error : lost(error))
    }
    const error = this.#error
    this.#error = undefined
    if (error !== undefined) throw error
    return DONE
  }

  /** The next message; undefined when the call is over. */
  async #read(): Promise<Uint8Array | undefined> {
    while (this.#messages.length === 0 && !this.#isOver) {
      const body = await this.#body
      const piece = await body?.read()
      if (piece?.value === undefined) this.#end(this.#errorAtEnd())
      else this.#reader.push(piece.value, (message) => this.#hear(message))
    }
    return this.#messages.shift()
  }

  #hear(message: Uint8Array): void {
    if (this.#trailers !== undefined)
      throw statusError('internal', 'grpc: something follows the end of the answer')
    this.#messages.push(message)
  }

  #errorAtEnd(): Error | undefined {
    const trailers = this.#trailers
    if (trailers === undefined || this.#reader.isMidway)
      return statusError('internal', 'unexpected EOF')
    return errorOfTrailers((name) => trailers.get(name))
  }

  /** The first reason counts. */
  #end(error: Error | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#error = error
    this.#deadline?.cancel()
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }

  #giveUp(error: Error | undefined): void {
    if (this.#isOver) return
    this.#end(error)
    this.#abort.abort()
  }
}
