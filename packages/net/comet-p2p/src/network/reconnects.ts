/** Dials persistent peers again and again, as the reference does. */

import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import type { NetAddress } from '../address/netAddress.ts'

const STEADY_ATTEMPTS = 20
const STEADY_MS = 5000
const BACKOFF_BASE = 3
const BACKOFF_ATTEMPTS = 10
const MS_PER_SECOND = 1000

/**
 * How long to wait before an attempt, the first being 0: 20 times 5 seconds, then 3^1 to 3^10
 * seconds. The reference gives up then; here it stays at the longest.
 */
export function reconnectDelayMs(attempt: number): number {
  if (attempt === 0) return 0
  if (attempt <= STEADY_ATTEMPTS) return STEADY_MS
  return BACKOFF_BASE ** Math.min(attempt - STEADY_ATTEMPTS, BACKOFF_ATTEMPTS) * MS_PER_SECOND
}

/** What reconnecting needs. */
export interface ReconnectOptions {
  readonly timers: Timers
  readonly random: RandomSource
  /** A random part of up to so many milliseconds is added to each wait. */
  readonly jitterMs: number
  /** Dials, unless that is being done or has been done; tells how it ended. */
  readonly dial: (address: NetAddress, answer: (isSettled: boolean) => void) => void
}

/** Who is being dialed again. One entry for a persistent peer, so no more than there are. */
export class Reconnects {
  readonly #options: ReconnectOptions
  readonly #running = new Map<string, Timer | undefined>()

  constructor(options: ReconnectOptions) {
    this.#options = options
  }

  /** Begins, unless it has begun. */
  start(address: NetAddress): void {
    if (this.#running.has(address.id)) return
    this.#wait(address, 0)
  }

  stop(): void {
    for (const timer of this.#running.values()) timer?.cancel()
    this.#running.clear()
  }

  #wait(address: NetAddress, attempt: number): void {
    const { timers, random, jitterMs } = this.#options
    const jitter = jitterMs > 0 ? randomBelow(random, jitterMs) : 0
    const timer = timers.after(reconnectDelayMs(attempt) + jitter, () => {
      this.#running.set(address.id, undefined)
      this.#options.dial(address, (isSettled) => {
        if (!this.#running.has(address.id)) return
        if (isSettled) this.#running.delete(address.id)
        else this.#wait(address, attempt + 1)
      })
    })
    this.#running.set(address.id, timer)
  }
}
