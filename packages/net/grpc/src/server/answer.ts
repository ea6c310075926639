/** The same answer in two forms: for programs, and for browsers, which see no trailers. */

import { EMPTY_BYTES, toUtf8 } from '@wadi/base/bytes'
import { frameOf } from '../frames.ts'
import { TRAILERS_FLAG } from '../messageReader.ts'
import { STATUS, type Status } from '../status.ts'
import { escapeText } from '../statusText.ts'
import type { Exchange, Headers } from './exchange.ts'

const HTTP_OK = 200
const OK_TRAILERS: Headers = { 'grpc-status': '0' }

/** The answer to a call. */
export interface Answer {
  /** Sends messages with their heads. */
  write(frames: Uint8Array, written: () => void): void
  /** Ends the answer, after a last message if there is one. */
  finish(status: Status, frame?: Uint8Array): void
}

/** What the end of an answer says. */
export function trailersOf({ code, message, details }: Status): Headers {
  if (code === STATUS.ok) return OK_TRAILERS
  const trailers = { 'grpc-status': String(code), 'grpc-message': escapeText(message) }
  if (details === undefined) return trailers
  const base64 = Buffer.from(details).toString('base64').replace(/=+$/, '')
  return { ...trailers, 'grpc-status-details-bin': base64 }
}

/** For programs: messages as they are, the status in trailers. */
export class GrpcAnswer implements Answer {
  readonly #exchange: Exchange
  readonly #headers: Headers
  readonly #httpStatus: number
  #isBegun = false

  constructor(exchange: Exchange, contentType: string, httpStatus: number = HTTP_OK) {
    this.#exchange = exchange
    this.#headers = { 'content-type': contentType }
    this.#httpStatus = httpStatus
  }

  write(frames: Uint8Array, written: () => void): void {
    this.#begin()
    this.#exchange.write(frames, written)
  }

  finish(status: Status, frame: Uint8Array = EMPTY_BYTES): void {
    const trailers = trailersOf(status)
    if (frame.length === 0 && !this.#isBegun) {
      this.#exchange.refuse(this.#httpStatus, { ...this.#headers, ...trailers })
      return
    }
    this.#begin()
    this.#exchange.end(frame, trailers)
  }

  #begin(): void {
    if (this.#isBegun) return
    this.#isBegun = true
    this.#exchange.begin(this.#httpStatus, this.#headers)
  }
}

/** Browsers get binary, or text in Base64. */
export type WebForm = 'binary' | 'text'

/** For browsers: the status is a last message, with a flag. */
export class WebAnswer implements Answer {
  readonly #exchange: Exchange
  readonly #headers: Headers
  readonly #form: WebForm
  #isBegun = false

  constructor(exchange: Exchange, headers: Headers, form: WebForm) {
    this.#exchange = exchange
    this.#headers = headers
    this.#form = form
  }

  write(frames: Uint8Array, written: () => void): void {
    this.#begin()
    this.#exchange.write(this.#formed(frames), written)
  }

  finish(status: Status, frame: Uint8Array = EMPTY_BYTES): void {
    this.#begin()
    const lines = Object.entries(trailersOf(status)).map(([name, value]) => `${name}: ${value}\r\n`)
    const end = frameOf(toUtf8(lines.join('')), TRAILERS_FLAG)
    this.#exchange.end(this.#formed(Buffer.concat([frame, end])), {})
  }

  #begin(): void {
    if (this.#isBegun) return
    this.#isBegun = true
    this.#exchange.begin(HTTP_OK, this.#headers)
  }

  #formed(bytes: Uint8Array): Uint8Array {
    if (this.#form === 'binary') return bytes
    const { buffer, byteOffset, byteLength } = bytes
    return Buffer.from(Buffer.from(buffer, byteOffset, byteLength).toString('base64'), 'latin1')
  }
}
