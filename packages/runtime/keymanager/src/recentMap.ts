/** A map that forgets what was used longest ago. */

/** Keys are texts; there are never more than `countMax`. */
export class RecentMap<V> {
  readonly #countMax: number
  /** The last one that was used is the last. */
  readonly #entries = new Map<string, V>()

  constructor(countMax: number) {
    this.#countMax = countMax
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, value)
    }
    return value
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#countMax) return
    const [oldest] = this.#entries.keys()
    this.#entries.delete(oldest!)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }
}
