/** What a server runs with. */

import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type { CallObserver } from '../callObserver.ts'
import {
  CALLS_MAX,
  CALLS_PER_CONNECTION_MAX,
  CONNECTIONS_MAX,
  HELD_BYTES_MAX,
  IDLE_MS_MAX,
  LINGERING_MS_MAX,
  MESSAGE_BYTES_MAX,
  OPENING_MS_MAX,
  QUIET_MS_MAX,
  RECEIVING_MS_MAX,
  STREAM_QUEUE_BYTES_MAX,
  STREAM_QUEUE_COUNT_MAX,
} from '../limits.ts'
import type { Origins } from './cors.ts'
import type { Peer } from './exchange.ts'
import type { Implementation } from './implement.ts'

/** The bounds of `limits.ts` that a server may be given others for. */
export const SERVER_LIMITS = {
  messageBytes: MESSAGE_BYTES_MAX,
  heldBytes: HELD_BYTES_MAX,
  connections: CONNECTIONS_MAX,
  calls: CALLS_MAX,
  callsPerConnection: CALLS_PER_CONNECTION_MAX,
  openingMs: OPENING_MS_MAX,
  idleMs: IDLE_MS_MAX,
  quietMs: QUIET_MS_MAX,
  receivingMs: RECEIVING_MS_MAX,
  lingeringMs: LINGERING_MS_MAX,
  queueCount: STREAM_QUEUE_COUNT_MAX,
  queueBytes: STREAM_QUEUE_BYTES_MAX,
}
export type ServerLimits = Readonly<typeof SERVER_LIMITS>

/** A node's own certificate. Whether clients are asked for theirs, `authorize` checks them. */
export interface ServerTls {
  /** PEM. */
  readonly key: string
  readonly certificate: string
  readonly clients: 'anonymous' | 'asked'
}

/** Where clients find the server. */
export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'tcp'
      readonly host: string
      /** Zero takes any. */
      readonly port: number
      readonly tls?: ServerTls
      /** Serves gRPC-web, too, for programs and for pages from these places. */
      readonly web?: { readonly origins: Origins }
    }

/** A call that is to be let in or not. */
export interface CallRequest {
  readonly path: string
  readonly peer: Peer
  header(name: string): string | undefined
}

/** How much of a port one caller may have: of all that there may be. */
export interface CallerBounds {
  /** Addresses with one name are one caller. */
  readonly nameOf: (address: string) => string
  readonly connectionsMax: number
  readonly callsMax: number
}

export interface GrpcServerOptions {
  readonly listen: ListenAddress
  /** All that this listener serves: what is not here cannot be called. */
  readonly implementations: readonly Implementation[]
  /** Throws what a caller is told that may not call this. */
  readonly authorize?: (call: CallRequest) => void
  readonly observer?: CallObserver
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
  /** Is told what a handler threw that is nobody's fault but ours. */
  readonly onFailure: (error: unknown) => void
  readonly limits?: Partial<ServerLimits>
  /** Where anybody may call, so that nobody can shut others out alone. */
  readonly callers?: CallerBounds
}
