/** A peer as the pool of blocks sees it: what it says it has, what it was asked, how it answers. */

import {
  LACK_MS,
  LATE_ANSWER_MS,
  PASSED_OVER_MS,
  PEER_REQUESTS_MAX,
  RATE_WINDOW_MS,
  RECEIVE_RATE_MIN,
  REQUEST_RETRY_MS,
  SLOW_REQUEST_MS,
} from './limits.ts'

/** A peer that has not answered yet counts as somewhat faster than it has to be. */
const RATE_START = RECEIVE_RATE_MIN * Math.E

/** See the top of this file. */
export class PoolPeer {
  readonly id: string
  base: bigint
  height: bigint
  /** Too slow for what it was asked; others are asked first. */
  isSlow = false
  /** What went wrong with it and was not made good since: who has fewest is asked first. */
  failures = 0
  /** Heights that it was asked for, oldest first, and when. */
  readonly pending = new Map<bigint, number>()
  /** Heights that are asked of others, as it did not answer, and until when it still may. */
  readonly #late = new Map<bigint, { readonly askedMs: number; readonly untilMs: number }>()
  /** Heights that it says it has not, and until when that is believed. */
  readonly #lacks = new Map<bigint, number>()
  #rate = RATE_START
  #rateMs = 0
  #heardMs = 0
  /** When it was asked for what it has answered, the latest. */
  #answeredAskedMs = Number.NEGATIVE_INFINITY
  /** It has answered all that it was asked. */
  #isIdle = true
  #isWayFull = false

  constructor(id: string, base: bigint, height: bigint) {
    this.id = id
    this.base = base
    this.height = height
  }

  /** How many blocks it lacks of those that it says it has. */
  get lackCount(): number {
    return this.#lacks.size
  }

  has(height: bigint): boolean {
    return this.base <= height && height <= this.height && !this.#lacks.has(height)
  }

  /** The highest block that can be believed to come from it, if the next one does. */
  reach(next: bigint): bigint | undefined {
    if (this.base > next || this.#lacks.has(next)) return undefined
    let reach = this.height
    for (const height of this.#lacks.keys())
      if (height > next && height <= reach) reach = height - 1n
    return reach
  }

  /** May it be asked for one more? What it still owes counts, too, up to as much again. */
  get hasRoom(): boolean {
    const { size } = this.pending
    if (this.#isWayFull || size >= PEER_REQUESTS_MAX) return false
    return size + this.#late.size < 2 * PEER_REQUESTS_MAX
  }

  /** May it be asked for a block? Not for one that it still owes. */
  canGive(height: bigint): boolean {
    if (!this.hasRoom || !this.has(height) || this.pending.has(height)) return false
    const late = this.#late.get(height)
    return late === undefined || this.#isPassedOver(late.askedMs)
  }

  ask(height: bigint, nowMs: number): void {
    if (this.#isIdle) {
      this.#rate = RATE_START
      this.#rateMs = nowMs
      this.#isIdle = false
    }
    if (this.pending.size === 0) this.#heardMs = nowMs
    this.pending.set(height, nowMs)
  }

  /** Nobody waits for its answer any more. */
  giveUp(height: bigint, nowMs: number): void {
    const askedMs = this.pending.get(height)
    if (askedMs === undefined) return
    this.pending.delete(height)
    this.#late.set(height, { askedMs, untilMs: nowMs + LATE_ANSWER_MS })
  }

  /** A request that never left: there is no room on the way to it until the clock ticks. */
  takeBack(height: bigint): void {
    this.pending.delete(height)
    this.#isWayFull = true
  }

  /** It answered; false if it was not asked. */
  answered(height: bigint, size: number, nowMs: number): boolean {
    const askedMs = this.pending.get(height) ?? this.#late.get(height)?.askedMs
    if (askedMs === undefined) return false
    if (!this.pending.delete(height)) this.#late.delete(height)
    this.#answeredAskedMs = Math.max(this.#answeredAskedMs, askedMs)
    this.#heardMs = nowMs
    this.#isIdle = this.pending.size === 0 && this.#late.size === 0
    this.#rate = this.#rateAt(nowMs) + (size * 1000) / RATE_WINDOW_MS
    this.#rateMs = nowMs
    return true
  }

  lacks(height: bigint, nowMs: number): void {
    this.#lacks.set(height, nowMs + LACK_MS)
  }

  /** What it lacks below a height matters no more. */
  forgetBelow(height: bigint): void {
    for (const lacked of this.#lacks.keys()) if (lacked < height) this.#lacks.delete(lacked)
  }

  /** How long it has said nothing although it was asked. */
  silenceMs(nowMs: number): number {
    return this.pending.size === 0 ? 0 : nowMs - this.#heardMs
  }

  /** Looks at the clock; gives what it should have answered by now. */
  tick(nowMs: number): readonly bigint[] {
    this.#isWayFull = false
    for (const [height, untilMs] of this.#lacks) if (untilMs <= nowMs) this.#lacks.delete(height)
    for (const [height, { untilMs }] of this.#late) if (untilMs <= nowMs) this.#late.delete(height)
    const [oldest] = this.pending.values()
    const isWaitedFor = oldest !== undefined && nowMs - oldest > SLOW_REQUEST_MS
    this.isSlow = isWaitedFor && this.#rateAt(nowMs) < RECEIVE_RATE_MIN
    const overdue: bigint[] = []
    for (const [height, askedMs] of this.pending)
      if (nowMs - askedMs >= REQUEST_RETRY_MS || this.#isPassedOver(askedMs)) overdue.push(height)
    return overdue
  }

  /**
   * Has it answered what it was asked much later? Who keeps an order, as all do, has not heard the
   * question, or its answer was lost.
   */
  #isPassedOver(askedMs: number): boolean {
    return this.#answeredAskedMs - askedMs >= PASSED_OVER_MS
  }

  #rateAt(nowMs: number): number {
    return this.#rate * Math.exp((this.#rateMs - nowMs) / RATE_WINDOW_MS)
  }
}
