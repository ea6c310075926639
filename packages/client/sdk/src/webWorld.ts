/** The clock and the timers that browsers and Node have alike. */

import type { Clock } from '@wadi/base/clock'
import type { Timers } from '@wadi/base/timers'

export const webClock: Clock = {
  unixMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

export const webTimers: Timers = {
  after(ms, run) {
    const handle = setTimeout(run, ms)
    return { cancel: () => clearTimeout(handle) }
  },
}
