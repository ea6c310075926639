/** Facts that are fetched when they are missed, and kept for a while. */

import { UnavailableError } from '@wadi/base/errors'

/** An answer needs a fact that is not here yet: it is fetched, and the answer made anew. */
export class MissingFactError extends UnavailableError {
  readonly load: () => Promise<unknown>

  constructor(what: string, load: () => Promise<unknown>) {
    super('lightNode.missingFact', `${what} is not here yet`)
    this.load = load
  }
}

/** What is said of a kind of facts. */
export interface RememberedOptions<T> {
  readonly name: string
  readonly countMax: number
  readonly load: (height: bigint) => Promise<T>
}

/** Facts by height, of which those that were not asked for the longest are forgotten. */
export class Remembered<T> {
  readonly #options: RememberedOptions<T>
  readonly #facts = new Map<bigint, T>()

  constructor(options: RememberedOptions<T>) {
    this.#options = options
  }

  /** The fact of a height, at once. */
  at(height: bigint): T {
    const fact = this.#facts.get(height)
    if (fact === undefined) {
      const { name } = this.#options
      throw new MissingFactError(`${name} of ${height}`, () => this.load(height))
    }
    this.#keep(height, fact)
    return fact
  }

  /** The fact of a height, fetched if need be. */
  async load(height: bigint): Promise<T> {
    const known = this.#facts.get(height)
    const fact = known ?? (await this.#options.load(height))
    this.#keep(height, fact)
    return fact
  }

  #keep(height: bigint, fact: T): void {
    this.#facts.delete(height)
    this.#facts.set(height, fact)
    const [oldest] = this.#facts.keys()
    if (this.#facts.size > this.#options.countMax && oldest !== undefined)
      this.#facts.delete(oldest)
  }
}
