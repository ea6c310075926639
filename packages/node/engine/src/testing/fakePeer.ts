/** A peer with a queue that the test drains, and timers that the test lets ring. */

import type { Offence, Peer } from '@wadi/contracts/peers'
import type { Timer, Timers } from '@wadi/contracts/world'

/** See the top of this file. */
export class FakePeer implements Peer {
  readonly id: string
  readonly isOutbound = true
  readonly isPersistent = false
  readonly channels: ReadonlySet<number> = new Set()
  readonly offences: Offence[] = []
  queue: Uint8Array[] = []
  room = 4
  /** How often it was praised. */
  deeds = 0

  constructor(id: string) {
    this.id = id
  }

  send(_channel: number, message: Uint8Array): boolean {
    if (this.queue.length >= this.room) return false
    this.queue.push(message)
    return true
  }

  canSend(): boolean {
    return this.queue.length < this.room
  }

  punish(offence: Offence): void {
    this.offences.push(offence)
  }

  praise(): void {
    this.deeds++
  }

  /** Takes what waits. */
  take(): Uint8Array[] {
    const taken = this.queue
    this.queue = []
    return taken
  }
}

/** See the top of this file. */
export class FakeTimers implements Timers {
  #nowMs = 0
  #waiting: { readonly atMs: number; readonly run: () => void }[] = []

  get count(): number {
    return this.#waiting.length
  }

  after(ms: number, run: () => void): Timer {
    const entry = { atMs: this.#nowMs + ms, run }
    this.#waiting.push(entry)
    return {
      cancel: () => {
        this.#waiting = this.#waiting.filter((other) => other !== entry)
      },
    }
  }

  /** Lets time pass, and ring what is due, in order. */
  advance(ms: number): void {
    const end = this.#nowMs + ms
    for (;;) {
      const [next] = this.#waiting.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.#nowMs = next.atMs
      this.#waiting = this.#waiting.filter((other) => other !== next)
      next.run()
    }
    this.#nowMs = end
  }
}
