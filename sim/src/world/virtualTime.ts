/** Time that passes only when nothing is left to do: a queue of events, each at its moment. */

import type { Clock } from '@wadi/base/clock'
import { assert } from '@wadi/base/errors'
import type { Timer, Timers } from '@wadi/contracts/world'

/** Something that happens at a moment; of two at the same, what was scheduled first. */
interface Happening {
  readonly atMs: number
  readonly order: number
  /** Undefined when it was cancelled or is over. */
  run: (() => void) | undefined
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs !== b.atMs ? a.atMs < b.atMs : a.order < b.order
}

/** The one clock of a simulated world. */
export class VirtualTime {
  #nowMs = 0
  #scheduled = 0
  /** A binary heap: the first is the next. */
  readonly #heap: Happening[] = []

  /** Milliseconds since the world began. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Has something happen `ms` milliseconds from now. */
  after(ms: number, run: () => void): Timer {
    assert(ms >= 0, 'nothing happens in the past')
    const happening: Happening = { atMs: this.#nowMs + ms, order: this.#scheduled++, run }
    this.#push(happening)
    return {
      cancel: () => {
        happening.run = undefined
      },
    }
  }

  /** Lets the next thing happen, unless it is later than `untilMs`; is there more? */
  step(untilMs: number): boolean {
    const next = this.#heap[0]
    if (next === undefined || next.atMs > untilMs) {
      this.#nowMs = Math.max(this.#nowMs, untilMs)
      return false
    }
    this.#pop()
    this.#nowMs = next.atMs
    const { run } = next
    next.run = undefined
    run?.()
    return true
  }

  #push(happening: Happening): void {
    const heap = this.#heap
    let at = heap.push(happening) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(happening, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = happening
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}

/** The time as one node knows it, and its timers, which end with it. */
export class NodeTime implements Clock, Timers {
  readonly #time: VirtualTime
  readonly #startUnixMs: number
  #skewMs: number
  #isAlive = true

  constructor(time: VirtualTime, startUnixMs: number, skewMs = 0) {
    this.#time = time
    this.#startUnixMs = startUnixMs
    this.#skewMs = skewMs
  }

  unixMs(): number {
    return this.#startUnixMs + this.#time.nowMs + this.#skewMs
  }

  monotonicMs(): number {
    return this.#time.nowMs
  }

  after(ms: number, run: () => void): Timer {
    return this.#time.after(ms, () => {
      if (this.#isAlive) run()
    })
  }

  /** Somebody sets the node's wall clock. */
  jump(ms: number): void {
    this.#skewMs += ms
  }

  get skewMs(): number {
    return this.#skewMs
  }

  /** The process is gone, and its timers with it. */
  end(): void {
    this.#isAlive = false
  }
}
