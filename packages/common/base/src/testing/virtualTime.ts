/** Time that passes when a test says so: a clock and the timers that go by it. */

import { FakeClock } from '../clock.ts'
import type { Timer, Timers } from '../timers.ts'

interface Due {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

const NEW_YEAR_2026_MS = 1_767_225_600_000

/** More happenings than any test needs: one that never comes to rest fails. */
const HAPPENINGS_MAX = 10_000_000

/** See the top of this file. */
export class VirtualTime implements Timers {
  readonly clock = new FakeClock(NEW_YEAR_2026_MS)
  readonly #due = new Set<Due>()
  #order = 0

  after(ms: number, run: () => void): Timer {
    const due = { atMs: this.clock.monotonicMs() + ms, order: this.#order++, run }
    this.#due.add(due)
    return { cancel: () => void this.#due.delete(due) }
  }

  /** How much is still to happen. */
  get pending(): number {
    return this.#due.size
  }

  /** Everything happens that is due now or becomes so meanwhile. */
  settle(): void {
    this.advance(0)
  }

  /** Time passes, and everything happens in its order. */
  advance(ms: number): void {
    const endMs = this.clock.monotonicMs() + ms
    for (let count = 0; this.happenNext(endMs); count++) {
      if (count > HAPPENINGS_MAX) throw new RangeError('it never comes to rest')
    }
    this.passUntil(endMs)
  }

  /** The first thing happens that is due by then; was there one? */
  protected happenNext(endMs: number): boolean {
    const next = this.#first(endMs)
    if (next === undefined) return false
    this.#due.delete(next)
    this.passUntil(next.atMs)
    next.run()
    return true
  }

  protected passUntil(endMs: number): void {
    this.clock.advance(Math.max(0, endMs - this.clock.monotonicMs()))
  }

  #first(endMs: number): Due | undefined {
    let first: Due | undefined
    for (const due of this.#due) {
      if (due.atMs > endMs) continue
      const isSooner = first === undefined || due.atMs < first.atMs
      if (isSooner || (due.atMs === first?.atMs && due.order < first.order)) first = due
    }
    return first
  }
}
