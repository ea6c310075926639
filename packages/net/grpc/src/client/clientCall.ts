/** One call, as a client sees it: messages, and how it ended. */

import {
  type ClientHttp2Stream,
  constants,
  type Http2Session,
  type IncomingHttpHeaders,
} from 'node:http2'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { errorOfHttpStatus, errorOfTrailers } from '../callEnd.ts'
import { MessageReader } from '../messageReader.ts'
import { type StatusName, statusError } from '../status.ts'

/** What a call tells. */
export interface ClientCallEvents {
  message(message: Uint8Array): void
  /** It is over: without an error, or with the server's or the world's. Told once. */
  ended(error: Error | undefined): void
}

const HTTP_OK = 200

const textOf = (value: string | string[] | undefined): string | undefined =>
  value === undefined ? undefined : String(value)

/** What a stream that was cut off means. */
const STATUS_OF_RESET: Readonly<Record<number, Exclude<StatusName, 'ok'>>> = {
  [constants.NGHTTP2_REFUSED_STREAM]: 'unavailable',
  [constants.NGHTTP2_CANCEL]: 'canceled',
  [constants.NGHTTP2_ENHANCE_YOUR_CALM]: 'resourceExhausted',
  [constants.NGHTTP2_INADEQUATE_SECURITY]: 'permissionDenied',
}

/** See the top of this file. */
export class ClientCall {
  readonly #stream: ClientHttp2Stream
  readonly #session: Http2Session | undefined
  readonly #reader: MessageReader
  readonly #events: ClientCallEvents
  #isOver = false
  #isAnswered = false
  #trailers: IncomingHttpHeaders | undefined
  #cause: Error | undefined

  constructor(stream: ClientHttp2Stream, sizeMax: number, events: ClientCallEvents) {
    this.#stream = stream
    this.#session = stream.session
    this.#events = events
    this.#reader = new MessageReader({ sizeMax })
    stream.on('response', (headers: IncomingHttpHeaders) => this.#begin(headers))
    stream.on('data', (piece: Uint8Array) => this.#receive(piece))
    stream.on('trailers', (headers: IncomingHttpHeaders) => {
      this.#trailers = headers
    })
    stream.on('end', () => this.#conclude())
    stream.on('error', (error: Error) => {
      this.#cause = error
    })
    stream.on('close', () => this.#lose())
  }

  /** Did the server begin to answer? */
  get isAnswered(): boolean {
    return this.#isAnswered
  }

  /** Has the server refused it without looking at it? Then it may be sent again. */
  get isRefused(): boolean {
    return !this.#isAnswered && this.#stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
  }

  /** Has the server given it up? */
  get isCanceled(): boolean {
    return this.#stream.rstCode === constants.NGHTTP2_CANCEL
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  /** Gives it up; the server is told. */
  cancel(error: Error): void {
    this.#end(error)
    this.#stream.close(constants.NGHTTP2_CANCEL)
  }

  #begin(headers: IncomingHttpHeaders): void {
    this.#isAnswered = true
    // An answer that is nothing but its end has its trailers in front.
    if (headers['grpc-status'] !== undefined) this.#trailers = headers
    const status = Number(headers[':status'])
    if (status !== HTTP_OK && this.#trailers === undefined) {
      this.cancel(errorOfHttpStatus(status))
      return
    }
    const type = String(headers['content-type'] ?? '')
    if (type.startsWith('application/grpc') && !type.startsWith('application/grpc-web')) return
    this.cancel(statusError('unknown', `grpc: the answer is ${JSON.stringify(type)}, not gRPC`))
  }

  #receive(piece: Uint8Array): void {
    if (this.#isOver) return
    try {
      this.#reader.push(piece, (message) => this.#events.message(message))
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.cancel(error)
    }
  }

  /** Everything of the answer is here. */
  #conclude(): void {
    const trailers = this.#trailers
    if (trailers === undefined) return
    const error = errorOfTrailers((name) => textOf(trailers[name]))
    const isCut = error === undefined && this.#reader.isMidway
    this.#end(isCut ? statusError('internal', 'unexpected EOF') : error)
  }

  /** The stream is gone, whole or not. */
  #lose(): void {
    if (this.#isOver) return
    this.#conclude()
    const name = STATUS_OF_RESET[this.#stream.rstCode ?? constants.NGHTTP2_NO_ERROR]
    // Node cuts off the calls of a lost connection as if the server had canceled them.
    if (name !== undefined && this.#session?.destroyed === false) {
      this.#end(statusError(name, `grpc: the server cut the call off: ${name}`))
      return
    }
    const why = this.#cause?.message ?? 'the connection is gone'
    this.#end(new UnavailableError('grpc.unavailable', `grpc: ${why}`, { cause: this.#cause }))
  }

  #end(error: Error | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#events.ended(error)
  }
}
