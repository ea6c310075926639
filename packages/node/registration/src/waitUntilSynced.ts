import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type { Ask } from './chain.ts'
import { SYNC_AGAIN_MS } from './limits.ts'
import { waitFor } from './waiting.ts'

/** Waits until the node has caught up; false if nobody wants to know any more. */
export async function waitUntilSynced(
  ask: Ask,
  { timers, log }: { readonly timers: Timers; readonly log: Logger },
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await ask('NodeController/WaitSync', undefined, signal)
      return !signal.aborted
    } catch (error) {
      if (!isTold(error)) throw error
      if (signal.aborted) break
      log.warn('the node cannot say whether it has caught up', { why: error.message })
      await waitFor(timers, SYNC_AGAIN_MS, signal).catch(() => undefined)
    }
  }
  return false
}
