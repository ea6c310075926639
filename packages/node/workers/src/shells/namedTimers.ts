/** Timers with names: of one name there is one, and the last call counts. */

import type { Timer, Timers } from '@wadi/base/timers'

/** See the top of this file. */
export class NamedTimers {
  readonly #timers: Timers
  readonly #running = new Map<string, Timer>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  set(name: string, afterMs: number, run: () => void): void {
    this.#running.get(name)?.cancel()
    const timer = this.#timers.after(afterMs, () => {
      this.#running.delete(name)
      run()
    })
    this.#running.set(name, timer)
  }

  cancel(name: string): void {
    this.#running.get(name)?.cancel()
    this.#running.delete(name)
  }

  cancelAll(): void {
    for (const timer of this.#running.values()) timer.cancel()
    this.#running.clear()
  }
}
