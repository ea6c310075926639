/** What this process gives machines that have none of it: time and randomness. */

import { randomBytes } from 'node:crypto'
import type { Clock } from '@wadi/base/clock'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'

/** What a guest is given; tests have a time of their own. */
export interface GuestWorld {
  readonly clock: Clock
  readonly random: RandomSource
  readonly timers: Timers
}

export const processWorld: GuestWorld = {
  clock: {
    unixMs: () => Date.now(),
    monotonicMs: () => performance.now(),
  },
  random: {
    // A copy: what comes out of the pool shares its memory with others.
    bytes: (size) => Uint8Array.from(randomBytes(size)),
  },
  timers: {
    after(ms, run) {
      const timer = setTimeout(run, ms)
      return { cancel: () => clearTimeout(timer) }
    },
  },
}
