/** Bytes between machines, as this package asks for them: sockets, or pipes in memory. */

import type { UnavailableError } from '@wadi/base/errors'

/** Where one end of a connection is. */
export interface Endpoint {
  /** 16 bytes; IPv4 is mapped. */
  readonly ip: Uint8Array
  readonly port: number
}

/** What a connection tells. Nothing is told before `open` was called or after `close`. */
export interface WireEvents {
  /** Bytes have come. They are the receiver's. */
  received(bytes: Uint8Array): void
  /** There is room again after `write` had said that there is none. */
  drained(): void
  /** The other end is gone. Told once. */
  ended(why: string): void
}

/** A connection. None of its methods waits, and none calls back before it returns. */
export interface Wire {
  readonly remote: Endpoint
  /** From here on the events are told. */
  open(events: WireEvents): void
  /** Takes bytes, always; they are the wire's. False: no more should follow before `drained`. */
  write(bytes: Uint8Array): boolean
  /** Nothing is received until `resume`; the other end will notice. */
  pause(): void
  resume(): void
  /** Ends the connection after what was written, as far as the other end still takes it. */
  close(): void
  /** Ends the connection at once, whatever was written. */
  cut(): void
}

/** What a place where somebody listens tells. */
export interface ListenEvents {
  /** Others can connect. The port is the one that was given if any was asked for. */
  ready(endpoint: Endpoint): void
  /** It is not to be had. */
  failed(why: UnavailableError): void
  accepted(wire: Wire): void
  /** Somebody was turned away: as many sockets are open as may be. */
  overrun?(): void
}

/** How much a listener takes on. */
export interface ListenBounds {
  /** Sockets that it has accepted and that are open, also those that were closed and linger. */
  readonly socketsMax: number
}

/** Who was dialed, or why not. */
export type DialResult =
  | { readonly kind: 'connected'; readonly wire: Wire }
  | { readonly kind: 'failed'; readonly why: string }

/** Something that goes on until it is closed; then it tells nothing any more. */
export interface Closable {
  close(): void
}

/** The way to other machines. */
export interface Sockets {
  /** Listens; a port of 0 takes any. Who comes beyond the bounds is turned away at once. */
  listen(endpoint: Endpoint, events: ListenEvents, bounds?: ListenBounds): Closable
  dial(endpoint: Endpoint, answer: (result: DialResult) => void): Closable
}
