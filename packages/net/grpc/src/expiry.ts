/**
 * Things that are over after a time which is the same for all of them: one timer for thousands,
 * and hardly a cost for what is soon taken out again.
 */

import type { Clock } from '@wadi/base/clock'
import type { Timer, Timers } from '@wadi/base/timers'

export interface ExpiryOptions<T> {
  readonly clock: Clock
  readonly timers: Timers
  readonly ms: number
  readonly expire: (item: T) => void
}

/** See the top of this file. */
export class Expiry<T> {
  readonly #options: ExpiryOptions<T>
  /** When each is over, in this order. */
  readonly #due = new Map<T, number>()
  #timer: Timer | undefined

  constructor(options: ExpiryOptions<T>) {
    this.#options = options
  }

  /** Begins the time of an item, anew if it is here. */
  add(item: T): void {
    const { clock, ms } = this.#options
    this.#due.delete(item)
    this.#due.set(item, clock.monotonicMs() + ms)
    if (this.#timer === undefined) this.#arm(ms)
  }

  delete(item: T): void {
    this.#due.delete(item)
  }

  /** The one that is over first. */
  first(): T | undefined {
    return this.#due.keys().next().value
  }

  get size(): number {
    return this.#due.size
  }

  /** Forgets all, and keeps no timer. */
  clear(): void {
    this.#due.clear()
    this.#disarm()
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(ms: number): void {
    this.#timer = this.#options.timers.after(Math.max(1, ms), () => this.#look())
  }

  #look(): void {
    const { clock, expire } = this.#options
    this.#timer = undefined
    const nowMs = clock.monotonicMs()
    for (const [item, atMs] of this.#due) {
      if (atMs > nowMs) break
      this.#due.delete(item)
      expire(item)
    }
    // Whatever began anew meanwhile has armed a timer, and others may be due before.
    this.#disarm()
    const next = this.#due.values().next().value
    if (next !== undefined) this.#arm(next - nowMs)
  }
}
