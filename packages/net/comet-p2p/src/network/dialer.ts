/** Dials on their way: each peer once, and not for long. */

import type { Timer, Timers } from '@wadi/base/timers'
import type { NetAddress } from '../address/netAddress.ts'
import { DIAL_MS_MAX } from '../limits.ts'
import type { Closable, DialResult, Sockets } from '../sockets/contract.ts'

interface Running {
  dial: Closable | undefined
  timer: Timer | undefined
}

/** See the top of this file. */
export class Dialer {
  readonly #world: { readonly timers: Timers; readonly sockets: Sockets }
  readonly #running = new Map<string, Running>()

  constructor(world: { readonly timers: Timers; readonly sockets: Sockets }) {
    this.#world = world
  }

  get count(): number {
    return this.#running.size
  }

  isDialing(id: string): boolean {
    return this.#running.has(id)
  }

  /** Dials somebody who is not being dialed. It counts as being dialed until `finish`. */
  start(address: NetAddress, answer: (result: DialResult) => void): void {
    const running: Running = { dial: undefined, timer: undefined }
    this.#running.set(address.id, running)
    running.timer = this.#world.timers.after(DIAL_MS_MAX, () => {
      running.dial?.close()
      answer({ kind: 'failed', why: 'dial takes too long' })
    })
    running.dial = this.#world.sockets.dial(address, (result) => {
      running.timer?.cancel()
      answer(result)
    })
  }

  /** Somebody is no longer being dialed: it is a peer, or not to be had. */
  finish(id: string): void {
    this.#running.delete(id)
  }

  stop(): void {
    for (const { dial, timer } of this.#running.values()) {
      timer?.cancel()
      dial?.close()
    }
    this.#running.clear()
  }
}
