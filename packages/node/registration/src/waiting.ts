import type { Timers } from '@wadi/base/timers'
import { notWanted } from '@wadi/contracts/not-wanted'

/** Waits for so long, or until nobody wants it any more, which is an error. */
export function waitFor(
  timers: Timers,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      timer.cancel()
      reject(notWanted())
    }
    const timer = timers.after(ms, () => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    })
    if (signal?.aborted) aborted()
    else signal?.addEventListener('abort', aborted, { once: true })
  })
}
