/** Time that passes when a test says so, for what waits by promises. */

import { FakeClock } from '@wadi/base/clock'
import type { Timer, Timers } from '@wadi/contracts/world'

interface Due {
  readonly atMs: number
  readonly run: () => void
}

/** See the top of this file. */
export class TestTime implements Timers {
  readonly clock = new FakeClock(Date.UTC(2026, 0, 1))
  readonly #due = new Set<Due>()

  after(ms: number, run: () => void): Timer {
    const due = { atMs: this.clock.monotonicMs() + ms, run }
    this.#due.add(due)
    return { cancel: () => void this.#due.delete(due) }
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#due.size
  }

  /** Everything happens that waits for no time. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Time passes, and what is due happens in its order. */
  async advance(ms: number): Promise<void> {
    await this.settle()
    const endMs = this.clock.monotonicMs() + ms
    for (;;) {
      const [next] = [...this.#due]
        .filter(({ atMs }) => atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.#due.delete(next)
      this.clock.advance(Math.max(0, next.atMs - this.clock.monotonicMs()))
      next.run()
      await this.settle()
    }
    this.clock.advance(endMs - this.clock.monotonicMs())
  }
}
