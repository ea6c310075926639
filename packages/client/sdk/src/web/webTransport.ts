/** gRPC-web over `fetch`: calls of a node from a browser, and from Node without sockets of ours. */

import type { Timers } from '@wadi/base/timers'
import type { CallTransport } from '@wadi/grpc/call-transport'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { MESSAGE_BYTES_MAX } from '@wadi/grpc/limits'
import { statusError } from '@wadi/grpc/status'
import { webTimers } from '../webWorld.ts'
import { WebCall } from './webCall.ts'

/** What calls over the web run with. */
export interface WebTransportOptions {
  /** Where the node listens: `https://node.example:42280`. */
  readonly url: string
  /** The world's own unless told otherwise. */
  readonly fetch?: typeof fetch
  readonly timers?: Timers
  /** Answers that are larger are refused. */
  readonly messageBytesMax?: number
}

async function onlyAnswer(call: WebCall): Promise<Uint8Array> {
  const first = await call.next()
  if (first.done === true) throw statusError('internal', 'grpc: no answer came')
  // How the call ended is told behind the answer.
  while ((await call.next()).done !== true) {}
  return first.value
}

/** Calls a node over gRPC-web. Each call is a request of its own; nothing has to be closed. */
export function createWebTransport(options: WebTransportOptions): CallTransport {
  const { url, timers = webTimers, messageBytesMax = MESSAGE_BYTES_MAX } = options
  const parts = {
    url: url.replace(/\/+$/, ''),
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    timers,
    messageBytesMax,
  }
  const begin = (path: string, request: Uint8Array, asked: CallOptions = {}): WebCall =>
    new WebCall(parts, { path, request, options: asked })
  return {
    unary: (path, request, asked) => onlyAnswer(begin(path, request, asked)),
    stream: (path, request, asked) => begin(path, request, asked),
  }
}
