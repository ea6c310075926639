/** Requests over HTTP/1.1, as browsers make them without TLS. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Exchange, ExchangeEvents, Headers, Peer } from './exchange.ts'

/** See the top of this file. */
export class Http1Exchange implements Exchange {
  readonly hasTrailers = false
  readonly peer: Peer
  readonly #request: IncomingMessage
  readonly #response: ServerResponse

  constructor(request: IncomingMessage, response: ServerResponse, peer: Peer) {
    this.#request = request
    this.#response = response
    this.peer = peer
  }

  get method(): string {
    return this.#request.method ?? ''
  }

  get path(): string {
    return this.#request.url ?? ''
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name]
    return typeof value === 'string' ? value : value?.[0]
  }

  listen(events: ExchangeEvents): void {
    const request = this.#request
    request.on('data', (piece: Uint8Array) => events.received(piece))
    request.on('end', () => events.ended())
    request.on('error', () => this.reset())
    this.#response.on('error', () => this.reset())
    this.#response.on('close', () => events.closed())
  }

  begin(status: number, headers: Headers): void {
    this.#response.writeHead(status, this.#withEnd(headers))
  }

  write(bytes: Uint8Array, written: () => void): void {
    this.#response.write(bytes, written)
  }

  end(bytes: Uint8Array): void {
    this.#response.end(bytes)
  }

  refuse(status: number, headers: Headers): void {
    this.#response.writeHead(status, { ...this.#withEnd(headers), 'content-length': '0' })
    this.#response.end()
  }

  reset(): void {
    this.#request.socket.destroy()
  }

  /** What still comes of a request that is answered already ends with its connection. */
  #withEnd(headers: Headers): Headers {
    return this.#request.complete ? headers : { ...headers, connection: 'close' }
  }
}
