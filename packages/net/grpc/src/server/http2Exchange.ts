/** Requests over HTTP/2. */

import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { Exchange, ExchangeEvents, Headers, Peer } from './exchange.ts'

/** Nobody reads the date. */
const WITH_TRAILERS = { waitForTrailers: true, sendDate: false }
const WHOLE = { endStream: true, sendDate: false }

/** See the top of this file. */
export class Http2Exchange implements Exchange {
  readonly hasTrailers = true
  readonly peer: Peer
  readonly #stream: ServerHttp2Stream
  readonly #headers: IncomingHttpHeaders

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, peer: Peer) {
    this.#stream = stream
    this.#headers = headers
    this.peer = peer
  }

  get method(): string {
    return this.header(':method') ?? ''
  }

  get path(): string {
    return this.header(':path') ?? ''
  }

  header(name: string): string | undefined {
    const value = this.#headers[name]
    return typeof value === 'string' ? value : value?.[0]
  }

  listen(events: ExchangeEvents): void {
    const stream = this.#stream
    stream.on('error', ignore)
    stream.on('close', () => events.closed())
    stream.on('data', (piece: Uint8Array) => events.received(piece))
    // A stream that was cut off ends, too: not the way that a request does.
    stream.on('end', () => {
      if (!stream.aborted && !stream.destroyed) events.ended()
    })
  }

  begin(status: number, headers: Headers): void {
    if (!this.#isOpen) return
    this.#stream.respond({ ':status': status, ...headers }, WITH_TRAILERS)
  }

  write(bytes: Uint8Array, written: () => void): void {
    if (this.#isOpen) this.#stream.write(bytes, written)
  }

  end(bytes: Uint8Array, trailers: Headers): void {
    const stream = this.#stream
    if (!this.#isOpen) return
    stream.once('wantTrailers', () => {
      stream.sendTrailers(trailers)
      this.#stopUpload()
    })
    if (bytes.length === 0) stream.end()
    else stream.end(bytes)
  }

  refuse(status: number, headers: Headers): void {
    if (!this.#isOpen) return
    this.#stream.respond({ ':status': status, ...headers }, WHOLE)
    this.#stopUpload()
  }

  reset(): void {
    this.#stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
    // Whoever does not read what was sent would keep it for ever.
    this.#stream.destroy()
  }

  get #isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed
  }

  /**
   * What still comes of the request is not wanted. That is said when the answer is out: what was
   * not yet sent of it would be lost.
   */
  #stopUpload(): void {
    const stream = this.#stream
    if (stream.readableEnded) return
    stream.resume()
    const stop = () => setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR))
    if (stream.writableFinished) stop()
    else stream.once('finish', stop)
  }
}

function ignore(): void {
  // What became of the stream is told when it closes.
}
