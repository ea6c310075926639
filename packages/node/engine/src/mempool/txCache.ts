/** Which transactions were seen lately, so that nobody checks them again. */

import type { TxKey } from './txKey.ts'

/**
 * Keys in the order in which they were seen last; the oldest make room.
 *
 * PERF: 0.11 of the time of a `Set` that gives its first key up for each new one: a set walks over
 * everything that it has deleted to find its first. See txCache.bench.ts.
 */
export class TxCache {
  readonly #countMax: number
  /** When each key was seen last, as a number of the order. */
  readonly #seen = new Map<TxKey, number>()
  /** Keys as they were seen, with those that were seen again later or were removed. */
  #order: TxKey[] = []
  /** The number of the first one. */
  #start = 0
  /** Whatever is before this place has made room. */
  #oldest = 0

  constructor(countMax: number) {
    this.#countMax = countMax
  }

  /** Notes that a transaction was seen; false if it had been before. */
  push(key: TxKey): boolean {
    const isNew = !this.#seen.has(key)
    if (this.#countMax === 0) return isNew
    if (isNew && this.#seen.size >= this.#countMax) this.#dropOldest()
    if (this.#order.length >= 2 * this.#countMax) this.#tidy()
    this.#seen.set(key, this.#start + this.#order.length)
    this.#order.push(key)
    return isNew
  }

  remove(key: TxKey): void {
    this.#seen.delete(key)
  }

  clear(): void {
    this.#seen.clear()
    this.#order = []
    this.#oldest = 0
  }

  #dropOldest(): void {
    while (!this.#isLast(this.#oldest)) this.#oldest++
    this.#seen.delete(this.#order[this.#oldest]!)
    this.#oldest++
  }

  /** Was the key at this place not seen again later? */
  #isLast(place: number): boolean {
    return this.#seen.get(this.#order[place]!) === this.#start + place
  }

  /** Forgets places that are of no use. */
  #tidy(): void {
    const kept = this.#order.filter((_, place) => this.#isLast(place))
    for (const [place, key] of kept.entries()) this.#seen.set(key, place)
    this.#order = kept
    this.#start = 0
    this.#oldest = 0
  }
}
