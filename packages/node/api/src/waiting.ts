/** Calls that wait for something, of which there may be only so many. */

import { UnavailableError } from '@wadi/base/errors'
import { errors } from './errors.ts'
import { WAITERS_MAX } from './limits.ts'

/** Ends a wait. Only the first time counts. */
export interface Waiter<T> {
  resolve(value: T): void
  reject(error: unknown): void
}

const canceled = () => new UnavailableError('grpc.canceled', 'context canceled')

/** Counts who waits, and lets everybody go who does not want to any more. */
export class WaitingRoom {
  readonly #waiterMax: number
  #waiters = 0

  constructor(waiterMax: number = WAITERS_MAX) {
    this.#waiterMax = waiterMax
  }

  get size(): number {
    return this.#waiters
  }

  /**
   * Waits until `begin` has its waiter ended; what it returns lets go of what it holds, and is
   * called however the wait ends.
   */
  wait<T>(signal: AbortSignal | undefined, begin: (waiter: Waiter<T>) => () => void): Promise<T> {
    if (this.#waiters >= this.#waiterMax) return Promise.reject(errors.tooManyWaiters())
    if (signal?.aborted) return Promise.reject(canceled())
    this.#waiters++
    let release = () => {}
    let onAbort = () => {}
    const waiting = new Promise<T>((resolve, reject) => {
      onAbort = () => reject(canceled())
      signal?.addEventListener('abort', onAbort)
      release = begin({ resolve, reject })
    })
    return waiting.finally(() => {
      this.#waiters--
      signal?.removeEventListener('abort', onAbort)
      release()
    })
  }
}
