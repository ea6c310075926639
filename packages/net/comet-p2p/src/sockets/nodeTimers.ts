import type { Timers } from '@wadi/base/timers'

/** The timers of the process. What is due at once comes before the next look at the sockets. */
export const nodeTimers: Timers = {
  after(ms, run) {
    if (ms <= 0) {
      const handle = setImmediate(run)
      return { cancel: () => clearImmediate(handle) }
    }
    const handle = setTimeout(run, ms)
    return { cancel: () => clearTimeout(handle) }
  },
}
