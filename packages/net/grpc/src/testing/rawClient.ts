/** A client that sends what it is told to, wrong or right, and tells what came back. */

import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { connect } from 'node:net'
import { concatBytes } from '@wadi/base/bytes'

/** What came back of a request. */
export interface RawAnswer {
  readonly httpStatus: number | undefined
  /** Head and trailers together. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** How the stream was cut off; zero if it was not. */
  readonly reset: number
}

/** See the top of this file. */
export class RawClient implements Disposable {
  readonly session: ClientHttp2Session

  constructor(place: { path: string } | { host: string; port: number; localAddress?: string }) {
    this.session = http2.connect('http://localhost', {
      createConnection: () => connect(place),
    })
    this.session.on('error', () => undefined)
  }

  /** Begins a request that is still to be written. */
  begin(path: string, headers: Readonly<Record<string, string>> = {}): ClientHttp2Stream {
    const stream = this.session.request(
      { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...headers },
      { endStream: false },
    )
    stream.on('error', () => undefined)
    return stream
  }

  /** Sends a whole request. */
  ask(
    path: string,
    body: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawAnswer> {
    const stream = this.begin(path, headers)
    stream.end(body)
    return answerOf(stream)
  }

  closed(): Promise<void> {
    if (this.session.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      this.session.once('close', () => resolve())
    })
  }

  [Symbol.dispose](): void {
    this.session.destroy()
  }
}

/** Waits for the end of a stream. */
export function answerOf(stream: ClientHttp2Stream): Promise<RawAnswer> {
  const parts: Uint8Array[] = []
  let headers: Record<string, string> = {}
  stream.on('response', (head) => {
    headers = { ...headers, ...(head as Record<string, string>) }
  })
  stream.on('trailers', (trailers) => {
    headers = { ...headers, ...(trailers as Record<string, string>) }
  })
  stream.on('data', (part: Uint8Array) => parts.push(part))
  return new Promise((resolve) => {
    stream.on('close', () => {
      const { ':status': status, ...others } = headers
      resolve({
        httpStatus: status === undefined ? undefined : Number(status),
        headers: others,
        body: concatBytes(...parts),
        reset: stream.rstCode ?? 0,
      })
    })
  })
}
