/** Calls that wait for something. How many of them there may be is for whoever lets callers in. */

import { UnavailableError } from '@wadi/base/errors'

/** Ends a wait. Only the first time counts. */
export interface Waiter<T> {
  resolve(value: T): void
  reject(error: unknown): void
}

const canceled = () => new UnavailableError('grpc.canceled', 'context canceled')

/**
 * Waits until `begin` has its waiter ended; what it returns lets go of what it holds, and is
 * called however the wait ends. Who does not want to wait any more goes at once.
 */
export function waitFor<T>(
  signal: AbortSignal | undefined,
  begin: (waiter: Waiter<T>) => () => void,
): Promise<T> {
  if (signal?.aborted) return Promise.reject(canceled())
  let release = () => {}
  let onAbort = () => {}
  const waiting = new Promise<T>((resolve, reject) => {
    onAbort = () => reject(canceled())
    signal?.addEventListener('abort', onAbort)
    release = begin({ resolve, reject })
  })
  return waiting.finally(() => {
    signal?.removeEventListener('abort', onAbort)
    release()
  })
}
