/** Who waits for a peer to be known: until it is, or for a while. */

import type { Timers } from '@wadi/base/timers'
import type { KeyText } from '../host/peerNames.ts'

/** See the top of this file. */
export class PeerWaits {
  readonly #timers: Timers
  readonly #waiting = new Map<KeyText, Set<() => void>>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Nobody waits, and nothing is kept. */
  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** Done when the peer is known, or after so long. */
  wait(peer: KeyText, msMax: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(peer) ?? new Set()
      const wake = () => {
        timer.cancel()
        waiting.delete(wake)
        if (waiting.size === 0) this.#waiting.delete(peer)
        resolve()
      }
      const timer = this.#timers.after(msMax, wake)
      this.#waiting.set(peer, waiting.add(wake))
    })
  }

  /** The peer is known, or gone. */
  wake(peer: KeyText): void {
    for (const wake of [...(this.#waiting.get(peer) ?? [])]) wake()
  }
}
