/** How many of something each caller has, and whether it may have one more. */

/** A caller without a name is not counted: nothing is divided for it. */
type Caller = string | undefined

/** See the top of this file. */
export class Shares {
  readonly #max: number
  readonly #counts = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** May it have one more? */
  has(caller: Caller): boolean {
    return caller === undefined || (this.#counts.get(caller) ?? 0) < this.#max
  }

  enter(caller: Caller): void {
    if (caller !== undefined) this.#counts.set(caller, (this.#counts.get(caller) ?? 0) + 1)
  }

  leave(caller: Caller): void {
    if (caller === undefined) return
    const left = (this.#counts.get(caller) ?? 0) - 1
    if (left > 0) this.#counts.set(caller, left)
    else this.#counts.delete(caller)
  }

  /** How many callers have any. */
  get size(): number {
    return this.#counts.size
  }
}
