/** The plain form of {@link TxCache}: tests hold that against it. */

import type { TxKey } from './txKey.ts'

/** See the top of this file. */
export class TxSet {
  readonly #countMax: number
  readonly #keys = new Set<TxKey>()

  constructor(countMax: number) {
    this.#countMax = countMax
  }

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
