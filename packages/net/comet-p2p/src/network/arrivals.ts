/** How often strangers of an address connect. */

import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { ARRIVAL_RECORDS_MAX, ARRIVALS_PER_IP_PER_SECOND_MAX } from '../limits.ts'
import { TokenBucket } from '../mux/tokenBucket.ts'

/** Whoever is let in costs a key and a secret, so that coming and going must not be for free. */
export class Arrivals {
  readonly #clock: Clock
  /** By address, in the order of who came last. */
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts somebody who connects: is it too soon? */
  isTooOften(ip: Uint8Array): boolean {
    const bucket = this.#bucketOf(toHex(ip))
    if (bucket.available() < 1) return true
    bucket.take(1)
    return false
  }

  #bucketOf(ip: string): TokenBucket {
    const bucket = this.#buckets.get(ip)
    this.#buckets.delete(ip)
    const kept = bucket ?? new TokenBucket(this.#clock, ARRIVALS_PER_IP_PER_SECOND_MAX)
    this.#buckets.set(ip, kept)
    const oldest = this.#buckets.keys().next().value
    if (this.#buckets.size > ARRIVAL_RECORDS_MAX && oldest !== undefined)
      this.#buckets.delete(oldest)
    return kept
  }
}
