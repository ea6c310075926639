/** An end for what takes many questions: when the caller gives up, or when the time is over. */

import type { Timers } from '@wadi/base/timers'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { TIMER_MS_MAX } from '@wadi/grpc/limits'
import { statusError } from '@wadi/grpc/status'

/** Runs something until it is done, or until the options say that nobody waits any more. */
export async function withinDeadline<T>(
  { timeoutMs, signal }: CallOptions,
  timers: Timers,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const given = new AbortController()
  const onAbort = () => given.abort(statusError('canceled', 'the caller canceled the call'))
  const onLate = () => given.abort(statusError('deadlineExceeded', 'context deadline exceeded'))
  const isBounded = timeoutMs !== undefined && timeoutMs <= TIMER_MS_MAX
  const timer = isBounded ? timers.after(timeoutMs, onLate) : undefined
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted === true) onAbort()
  const over = new Promise<never>((_resolve, reject) => {
    const tell = () => reject(given.signal.reason)
    if (given.signal.aborted) tell()
    else given.signal.addEventListener('abort', tell)
  })
  try {
    return await Promise.race([over, run(given.signal)])
  } finally {
    timer?.cancel()
    signal?.removeEventListener('abort', onAbort)
  }
}
