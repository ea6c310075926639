/** Those who wait until something has changed, each for as long as it likes. */

import type { Clock } from '@wadi/base/clock'
import type { Timers } from '@wadi/base/timers'
import { unavailable } from '../errors.ts'

/** How long somebody waits. */
export interface Patience {
  /** In milliseconds of the monotonic clock. */
  readonly endMs: number
  readonly signal: AbortSignal | undefined
}

/** See the top of this file. */
export class Waiting {
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #waiting = new Set<() => void>()

  constructor({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }) {
    this.#clock = clock
    this.#timers = timers
  }

  /** Something has changed. */
  wake(): void {
    for (const goOn of this.#waiting) goOn()
    this.#waiting.clear()
  }

  /** Resolves at the next change. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  /** What is looked for, as soon as it is there. */
  async until<T>(look: () => T | undefined, { endMs, signal }: Patience): Promise<T> {
    for (let found = look(); ; found = look()) {
      if (found !== undefined) return found
      if (signal?.aborted) throw unavailable('cancelled', 'the call was cancelled')
      const leftMs = endMs - this.#clock.monotonicMs()
      if (leftMs <= 0) throw unavailable('notReady', 'the runtime is not ready')
      await this.#pause(leftMs, signal)
    }
  }

  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const goOn = () => resolve()
    const timer = this.#timers.after(ms, goOn)
    signal?.addEventListener('abort', goOn, { once: true })
    this.#waiting.add(goOn)
    await promise
    this.#waiting.delete(goOn)
    signal?.removeEventListener('abort', goOn)
    timer.cancel()
  }
}
