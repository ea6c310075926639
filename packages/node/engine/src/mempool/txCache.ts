/** Which transactions were seen lately, so that nobody checks them again. */

import type { TxKey } from './txKey.ts'

/** Keys in the order in which they were seen last; the oldest make room. */
export class TxCache {
  readonly #countMax: number
  readonly #keys = new Set<TxKey>()

  constructor(countMax: number) {
    this.#countMax = countMax
  }

  /** Notes that a transaction was seen; false if it had been before. */
  push(key: TxKey): boolean {
    const isNew = !this.#keys.delete(key)
    const oldest = this.#keys.values().next()
    if (this.#keys.size >= this.#countMax && oldest.value !== undefined)
      this.#keys.delete(oldest.value)
    if (this.#countMax > 0) this.#keys.add(key)
    return isNew
  }

  remove(key: TxKey): void {
    this.#keys.delete(key)
  }

  clear(): void {
    this.#keys.clear()
  }
}
