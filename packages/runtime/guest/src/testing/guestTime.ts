/** Time that passes for a guest when a test says so, and all streams between two moments. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { assert } from '@wadi/base/errors'
import { VirtualTime } from '@wadi/base/testing/virtual-time'

/** Turns of the process in which a message has come through all streams. */
const TURNS = 8

/** See the top of this file. */
export class GuestTime extends VirtualTime {
  /** Time passes, and everything happens in its order. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.monotonicMs() + ms
    await comeThrough()
    while (this.happenNext(endMs)) await comeThrough()
    this.passUntil(endMs)
  }

  /** As much time passes as the work takes; says how much that is. */
  async during<T>(work: Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
    const beginMs = this.clock.monotonicMs()
    let isOver = false
    const over = work.finally(() => {
      isOver = true
    })
    over.catch(() => undefined)
    await comeThrough()
    while (!isOver) {
      assert(this.happenNext(Number.POSITIVE_INFINITY), 'test: the work waits for no time')
      await comeThrough()
    }
    return { result: await over, ms: this.clock.monotonicMs() - beginMs }
  }
}

async function comeThrough(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn()
}
