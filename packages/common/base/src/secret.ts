/** Key bytes that nobody prints by accident: in a log, an error, a dump of a configuration. */

const REDACTED = '[redacted]'

/** Holds a secret. Every way of turning it into text gives `[redacted]`; `reveal` is greppable. */
export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The secret itself, for the code that computes with it. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  /** What Node's `console.log` and `util.inspect` print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED
  }
}
