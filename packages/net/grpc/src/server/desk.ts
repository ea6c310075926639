/** What the calls of a server share: time, memory, and whom to tell. */

import type { Clock } from '@wadi/base/clock'
import type { Timers } from '@wadi/base/timers'
import { type CallObserver, NO_OBSERVER } from '../callObserver.ts'
import { Expiry } from '../expiry.ts'
import { Shares } from '../shares.ts'
import type { Peer } from './exchange.ts'
import type { CallerBounds, GrpcServerOptions, ServerLimits } from './options.ts'

/** A call, as the others see it. */
export interface Holder {
  /** Bytes that it holds. */
  readonly held: number
  readonly isStream: boolean
  /** Its request did not come in time. */
  overdue(): void
  /** Ends it at once, and it holds nothing any more. */
  evict(): void
  fail(error: unknown): void
}

/** See the top of this file. */
export class Desk {
  readonly clock: Clock
  readonly timers: Timers
  readonly observer: CallObserver
  readonly limits: ServerLimits
  readonly onFailure: (error: unknown) => void
  readonly calls = new Set<Holder>()
  readonly callers: CallerBounds | undefined
  /** How many of these are of each caller, where that is bounded. */
  readonly #shares: Shares
  /** Calls whose requests are not whole. */
  readonly receiving: Expiry<Holder>
  /** Calls whose answers are not taken. */
  readonly lingering: Expiry<Holder>
  #left: number

  constructor(
    { clock, timers, observer = NO_OBSERVER, onFailure, callers }: GrpcServerOptions,
    limits: ServerLimits,
  ) {
    this.clock = clock
    this.timers = timers
    this.observer = observer
    this.limits = limits
    this.onFailure = onFailure
    this.callers = callers
    this.#shares = new Shares(callers?.callsMax ?? limits.calls)
    this.#left = limits.heldBytes
    const time = { clock, timers }
    const { receivingMs, lingeringMs } = limits
    this.receiving = new Expiry({ ...time, ms: receivingMs, expire: (call) => call.overdue() })
    this.lingering = new Expiry({ ...time, ms: lingeringMs, expire: (call) => call.evict() })
  }

  /** May there be one more call, and one more of this caller? */
  hasRoom({ caller }: Peer): boolean {
    if (this.calls.size >= this.limits.calls) return false
    return this.#shares.has(caller)
  }

  begin(call: Holder, peer: Peer): void {
    this.calls.add(call)
    this.#shares.enter(peer.caller)
  }

  end(call: Holder, peer: Peer): void {
    this.calls.delete(call)
    this.#shares.leave(peer.caller)
  }

  /** Whose share it counts for; undefined where there are no shares. */
  callerOf({ kind, address }: Pick<Peer, 'kind' | 'address'>): string | undefined {
    return kind === 'unix' ? undefined : this.callers?.nameOf(address)
  }

  /** Lets a call hold more. Where there is no room, whoever holds the most is ended. */
  hold(call: Holder, bytes: number): boolean {
    while (bytes > this.#left) {
      const worst = this.#worst()
      if (worst === undefined || worst.held <= call.held + bytes) return false
      worst.evict()
    }
    this.#left -= bytes
    return true
  }

  unhold(bytes: number): void {
    this.#left += bytes
  }

  /** Bytes that may still be held. */
  get left(): number {
    return this.#left
  }

  /** Keeps no timers. */
  close(): void {
    this.receiving.clear()
    this.lingering.clear()
  }

  #worst(): Holder | undefined {
    let worst: Holder | undefined
    for (const call of this.calls) if (call.held > (worst?.held ?? 0)) worst = call
    return worst
  }
}
