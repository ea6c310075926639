/** Who speaks a protocol, and how well each has answered: the order in which they are asked. */

import { assert } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { type KeyText, keyTextOf } from '../host/peerNames.ts'
import { SHUFFLED_PEERS } from '../limits.ts'

interface Rating {
  readonly key: PublicKey
  successes: number
  failures: number
  latencyMs: number
}

/** How fast averages move: each new latency counts for one of so many, as in the reference. */
const PEER_WEIGHT = 10
const ALL_WEIGHT = 25
/** Whoever has never been asked is a bit better than the average. */
const NEW_PEER = 0.9

function moved(average: number, latencyMs: number, weight: number): number {
  return average === 0 ? latencyMs : average + (latencyMs - average) / weight
}

/** See the top of this file. */
export class PeerRatings {
  readonly #ratings = new Map<KeyText, Rating>()
  #latencyMs = 0

  get size(): number {
    return this.#ratings.size
  }

  has(key: PublicKey): boolean {
    return this.#ratings.has(keyTextOf(key))
  }

  add(key: PublicKey): void {
    const text = keyTextOf(key)
    if (this.#ratings.has(text)) return
    this.#ratings.set(text, { key, successes: 0, failures: 0, latencyMs: 0 })
  }

  /** Forgets also how well it has answered. COMPAT(oasis-core): a peer that left is new again. */
  remove(key: PublicKey): void {
    this.#ratings.delete(keyTextOf(key))
  }

  succeeded(key: PublicKey, latencyMs: number): void {
    const rating = this.#record(key, latencyMs)
    if (rating === undefined) return
    rating.successes++
    this.#latencyMs = moved(this.#latencyMs, latencyMs, ALL_WEIGHT)
  }

  failed(key: PublicKey, latencyMs: number): void {
    const rating = this.#record(key, latencyMs)
    if (rating !== undefined) rating.failures++
  }

  /**
   * All of them, or those of `among` that there are: whoever will probably answer soonest is
   * first, but the order of the first few is random, so that not all ask the same one.
   */
  best(random: RandomSource, among?: readonly PublicKey[]): readonly PublicKey[] {
    const candidates =
      among === undefined
        ? [...this.#ratings.values()]
        : among.flatMap((key) => this.#ratings.get(keyTextOf(key)) ?? [])
    const sorted = candidates
      .map((rating) => ({ key: rating.key, score: this.#score(rating) }))
      .sort((a, b) => a.score - b.score)
      .map(({ key }) => key)
    const head = Math.min(SHUFFLED_PEERS, sorted.length)
    for (let i = head - 1; i > 0; i--) {
      const j = randomBelow(random, i + 1)
      const other = sorted[j]!
      sorted[j] = sorted[i]!
      sorted[i] = other
    }
    return sorted
  }

  #record(key: PublicKey, latencyMs: number): Rating | undefined {
    assert(latencyMs >= 0, 'nobody answers before being asked')
    const rating = this.#ratings.get(keyTextOf(key))
    if (rating !== undefined) rating.latencyMs = moved(rating.latencyMs, latencyMs, PEER_WEIGHT)
    return rating
  }

  /** Lower is better. */
  #score({ successes, failures, latencyMs }: Rating): number {
    const count = successes + failures
    if (count === 0) return this.#latencyMs * NEW_PEER
    return latencyMs + (failures / count) * this.#latencyMs
  }
}
