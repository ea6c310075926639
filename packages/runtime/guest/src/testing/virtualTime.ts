/** Time that passes for a guest when a test says so. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { FakeClock } from '@wadi/base/clock'
import { assert } from '@wadi/base/errors'
import type { GuestTimers } from '../processWorld.ts'

interface Due {
  readonly atMs: number
  readonly run: () => void
}

/** Turns of the process in which a message has come through all streams. */
const TURNS = 8

/** See the top of this file. */
export class VirtualTime implements GuestTimers {
  readonly clock: FakeClock = new FakeClock(1_700_000_000_000)
  readonly #due = new Set<Due>()

  after(ms: number, run: () => void): { cancel(): void } {
    const due = { atMs: this.clock.monotonicMs() + ms, run }
    this.#due.add(due)
    return { cancel: () => void this.#due.delete(due) }
  }

  /** Time passes, and everything happens in its order. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.monotonicMs() + ms
    await settle()
    while (this.#happenNext(endMs)) await settle()
    this.clock.advance(endMs - this.clock.monotonicMs())
  }

  /** As much time passes as the work takes; says how much that is. */
  async during<T>(work: Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
    const beginMs = this.clock.monotonicMs()
    let isOver = false
    const over = work.finally(() => {
      isOver = true
    })
    over.catch(() => undefined)
    await settle()
    while (!isOver) {
      assert(this.#happenNext(Number.POSITIVE_INFINITY), 'test: the work waits for no time')
      await settle()
    }
    return { result: await over, ms: this.clock.monotonicMs() - beginMs }
  }

  #happenNext(endMs: number): boolean {
    const [first] = [...this.#due].sort((a, b) => a.atMs - b.atMs)
    if (first === undefined || first.atMs > endMs) return false
    this.#due.delete(first)
    this.clock.advance(first.atMs - this.clock.monotonicMs())
    first.run()
    return true
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn()
}
