/** Who looks at the chain again after each block. */

/** Tells its listeners one after the other; who listens meanwhile is told of the next block. */
export class BlockWatch {
  readonly #listeners = new Set<() => void>()

  /** Returns how to stop listening. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A block has been added. */
  tell(): void {
    for (const listener of Array.from(this.#listeners)) listener()
  }
}
