/** What a channel runs with, and what a call may ask for. */

import type { Clock } from '@wadi/base/clock'
import type { Timers } from '@wadi/base/timers'
import type { CallObserver } from '../callObserver.ts'
import {
  CALLS_IN_FLIGHT_MAX,
  CONNECT_MS_MAX,
  MESSAGE_BYTES_MAX,
  RECONNECT_MS_MAX,
  RECONNECT_MS_MIN,
  UNREAD_BYTES_MAX,
} from '../limits.ts'

/** The bounds of `limits.ts` that a channel may be given others for. */
export const CHANNEL_LIMITS = {
  messageBytes: MESSAGE_BYTES_MAX,
  callsInFlight: CALLS_IN_FLIGHT_MAX,
  unreadBytes: UNREAD_BYTES_MAX,
  connectMs: CONNECT_MS_MAX,
  reconnectMsMin: RECONNECT_MS_MIN,
  reconnectMsMax: RECONNECT_MS_MAX,
}
export type ChannelLimits = Readonly<typeof CHANNEL_LIMITS>

/** How the server is known. */
export interface ChannelTls {
  /** PEM of the client's own, where the server asks who calls. */
  readonly key?: string
  readonly certificate?: string
  /** Throws unless the certificate (DER) is the server's. Without it, authorities must sign. */
  readonly verify?: (certificate: Uint8Array) => void
}

export interface ChannelOptions {
  /** `unix:/path` or `host:port`. */
  readonly target: string
  readonly tls?: ChannelTls
  readonly observer?: CallObserver
  readonly clock: Clock
  readonly timers: Timers
  readonly limits?: Partial<ChannelLimits>
}

/** What one call may ask for. */
export interface CallOptions {
  /** How long it may take. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Header fields for the server. */
  readonly headers?: Readonly<Record<string, string>>
  /** Wait for a server that is not there yet, instead of failing? */
  readonly whenAway?: 'fail' | 'wait'
}
