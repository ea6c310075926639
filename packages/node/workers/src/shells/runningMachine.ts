/**
 * A machine in its shell: takes one input after the other, and carries out what the machine wants,
 * in the order in which it wants it. What effects cause is taken when all of them are carried out.
 */

/** A machine, and the world that it is in. */
export interface MachineOptions<S, I, E> {
  readonly start: S
  readonly step: (state: S, input: I) => { readonly state: S; readonly effects: Iterable<E> }
  readonly carryOut: (effect: E) => void
  /** Is told why nothing can go on: a fault of ours, or of the disk. It has stopped. */
  readonly onFatal: (error: unknown) => void
}

/** See the top of this file. */
export class RunningMachine<S, I, E> {
  readonly #options: MachineOptions<S, I, E>
  readonly #inputs: I[] = []
  #state: S
  #isStepping = false
  #isStopped = false

  constructor(options: MachineOptions<S, I, E>) {
    this.#options = options
    this.#state = options.start
  }

  get state(): S {
    return this.#state
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Something has happened. */
  give(input: I): void {
    if (this.#isStopped) return
    this.#inputs.push(input)
    if (this.#isStepping) return
    this.#isStepping = true
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift())
        this.#step(next)
    } catch (error) {
      this.fail(error)
    } finally {
      this.#isStepping = false
    }
  }

  /** Nothing is taken or carried out any more. */
  stop(): void {
    this.#isStopped = true
    this.#inputs.length = 0
  }

  /** Stops because of something that cannot be gone on from. */
  fail(error: unknown): void {
    this.stop()
    this.#options.onFatal(error)
  }

  #step(input: I): void {
    const { state, effects } = this.#options.step(this.#state, input)
    this.#state = state
    for (const effect of effects) if (!this.#isStopped) this.#options.carryOut(effect)
  }
}
