/** How calls reach a server: a channel, or whatever else can carry their bytes. */

import type { CallOptions } from './options.ts'

/** See the top of this file. Requests and answers are encoded; failures are the house's errors. */
export interface CallTransport {
  /** The one answer. */
  unary(path: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array>
  /** The answers, from now on. Leaving the loop tells the server that no more are wanted. */
  stream(
    path: string,
    request: Uint8Array,
    options?: CallOptions,
  ): AsyncIterableIterator<Uint8Array>
}
