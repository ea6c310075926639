/** Asks one peer one question. */

import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import type { FrameCounter } from '@wadi/cbor/framing-metrics'
import {
  CLIENT_LINGER_MS_MAX,
  OPEN_MS_MAX,
  REQUEST_WRITE_MS_MAX,
  REQUESTS_PER_PROTOCOL_MAX,
  RESPONSE_BYTES_MAX,
} from '../limits.ts'
import { abortStream, endStream, readFrame, writeFrame } from './framedStream.ts'
import { RpcRequest, resultOf } from './messages.ts'

/** Opens streams. */
export type Dialer = Pick<Libp2p, 'dialProtocol'>

/** A question to a peer. */
export interface Call {
  readonly protocol: string
  readonly method: string
  readonly body: Uint8Array
  readonly responseMsMax: number
  /** Aborted when nobody waits for an answer any more. */
  readonly signal: AbortSignal
  readonly counter?: FrameCounter | undefined
}

/**
 * The encoded result. Throws what the peer says is wrong, or that it does not answer. Who is named
 * by an address is dialed there only.
 */
export async function callPeer(
  dialer: Dialer,
  peer: PeerId | Multiaddr,
  call: Call,
): Promise<Uint8Array> {
  const { protocol, method, body, signal, counter } = call
  const opening = AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS_MAX)])
  const stream = await dialer
    .dialProtocol(peer, protocol, {
      signal: opening,
      maxOutboundStreams: 2 * REQUESTS_PER_PROTOCOL_MAX,
    })
    .catch((cause: unknown) => {
      throw new UnavailableError('libp2p.unreachable', 'the peer is not reached', { cause })
    })
  const giveUp = () => abortStream(stream)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    if (signal.aborted) giveUp()
    const writing = { msMax: REQUEST_WRITE_MS_MAX, counter }
    await writeFrame(stream, encode(RpcRequest, { method, body }), writing)
    const reading = { sizeMax: RESPONSE_BYTES_MAX, msMax: call.responseMsMax, counter }
    const response = await readFrame(stream, reading)
    void endStream(stream, { flushMs: CLIENT_LINGER_MS_MAX, lingerMs: CLIENT_LINGER_MS_MAX })
    return resultOf(response)
  } catch (error) {
    // What is no answer ends the stream as well; after an error of the peer it ends by itself.
    if (!(error instanceof CodedError && error.reason.endsWith('.remote'))) abortStream(stream)
    throw error
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
