/** Time that passes only when nothing is left to do: a queue of events, each at its moment. */

import type { Clock } from '@wadi/base/clock'
import { assert } from '@wadi/base/errors'
import type { Timer, Timers } from '@wadi/base/timers'

/** Something that is to happen; undefined when it was cancelled. */
interface Happening {
  run: (() => void) | undefined
}

/** What happens at one moment, in the order in which it was scheduled. */
interface Instant {
  readonly atMs: number
  readonly happenings: Happening[]
  /** How many are over. */
  done: number
}

/**
 * The one clock of a simulated world. PERF: much happens at the same moments, so only those are
 * in a heap: a network of 100 nodes spends a fifth of the time on it.
 */
export class VirtualTime {
  #nowMs = 0
  readonly #instants = new Map<number, Instant>()
  /** A binary heap: the first is the next. */
  readonly #heap: Instant[] = []

  /** Milliseconds since the world began. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** When the next thing happens, cancelled or not; infinity if nothing ever does. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY
  }

  /** Has something happen `ms` milliseconds from now. */
  after(ms: number, run: () => void): Timer {
    assert(ms >= 0, 'nothing happens in the past')
    const happening: Happening = { run }
    this.#instantAt(this.#nowMs + ms).happenings.push(happening)
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
    this.#nowMs = next.atMs
    const happening = next.happenings[next.done++]!
    if (next.done === next.happenings.length) {
      this.#instants.delete(next.atMs)
      this.#pop()
    }
    const { run } = happening
    happening.run = undefined
    run?.()
    return true
  }

  #instantAt(atMs: number): Instant {
    const known = this.#instants.get(atMs)
    if (known !== undefined) return known
    const instant: Instant = { atMs, happenings: [], done: 0 }
    this.#instants.set(atMs, instant)
    this.#push(instant)
    return instant
  }

  #push(instant: Instant): void {
    const heap = this.#heap
    let at = heap.push(instant) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]!.atMs <= instant.atMs) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = instant
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]!.atMs < heap[child]!.atMs) child++
      if (heap[child]!.atMs >= last.atMs) break
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
