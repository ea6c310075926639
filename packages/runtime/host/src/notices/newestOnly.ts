/** Hands on the newest of what is offered, one after the other; what is overtaken is forgotten. */

/** What to do with a value; `isNewest` says whether there is a newer one meanwhile. */
export type Deliver<T> = (value: T, isNewest: () => boolean) => Promise<void>

/** See the top of this file. */
export class NewestOnly<T> {
  readonly #deliver: Deliver<T>
  readonly #onBug: (error: unknown) => void
  #waiting: { readonly value: T } | undefined
  #isDelivering = false

  constructor(deliver: Deliver<T>, onBug: (error: unknown) => void) {
    this.#deliver = deliver
    this.#onBug = onBug
  }

  /** Never waits. */
  offer(value: T): void {
    this.#waiting = { value }
    if (!this.#isDelivering) void this.#work()
  }

  async #work(): Promise<void> {
    this.#isDelivering = true
    try {
      while (this.#waiting !== undefined) {
        const { value } = this.#waiting
        this.#waiting = undefined
        await this.#deliver(value, () => this.#waiting === undefined)
      }
    } catch (error) {
      this.#onBug(error)
    } finally {
      this.#isDelivering = false
    }
  }
}
