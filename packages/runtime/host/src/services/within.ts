/** Work that may take so long and no longer. */

import type { Timers } from '@wadi/base/timers'
import type { Eventually } from '@wadi/contracts/runtime-services'
import { unavailable } from '../errors.ts'

/** How long, and what ends it before. */
export interface Limit {
  readonly timers: Timers
  readonly ms: number
  readonly signal: AbortSignal
}

/** Rejects when the time is over, whether or not the work heeds its signal. */
export async function within<T>(
  { timers, ms, signal }: Limit,
  work: (signal: AbortSignal) => Eventually<T>,
): Promise<T> {
  const late = new AbortController()
  const over = Promise.withResolvers<never>()
  const timer = timers.after(ms, () => {
    late.abort()
    over.reject(unavailable('overdue', 'context deadline exceeded'))
  })
  try {
    return await Promise.race([work(AbortSignal.any([signal, late.signal])), over.promise])
  } finally {
    timer.cancel()
  }
}
