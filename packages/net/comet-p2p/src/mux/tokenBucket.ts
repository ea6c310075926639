/** How fast bytes may flow. */

import type { Clock } from '@wadi/base/clock'

const MS_PER_SECOND = 1000

/**
 * Fills with tokens at a rate, up to those of one second. Who has any may take more than there
 * are and waits the longer afterwards, so that a batch need not be cut.
 */
export class TokenBucket {
  readonly #clock: Clock
  #perSecond: number
  #tokens: number
  #sinceMs: number

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#tokens = perSecond
    this.#sinceMs = clock.monotonicMs()
  }

  take(count: number): void {
    this.#fill()
    this.#tokens -= count
  }

  /** Tokens that there are; zero or less when one has to wait. */
  available(): number {
    this.#fill()
    return this.#tokens
  }

  /** Milliseconds until there is a token; zero if there is one. */
  waitMs(): number {
    const missing = 1 - this.available()
    return missing <= 0 ? 0 : Math.ceil((missing * MS_PER_SECOND) / this.#perSecond)
  }

  /** From here on it fills at another rate. */
  setRate(perSecond: number): void {
    this.#fill()
    this.#perSecond = perSecond
    this.#tokens = Math.min(this.#tokens, perSecond)
  }

  #fill(): void {
    const nowMs = this.#clock.monotonicMs()
    const gained = ((nowMs - this.#sinceMs) * this.#perSecond) / MS_PER_SECOND
    this.#tokens = Math.min(this.#perSecond, this.#tokens + gained)
    this.#sinceMs = nowMs
  }
}
