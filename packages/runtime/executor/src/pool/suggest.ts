/** Transactions for a batch that is being made. */

import { CALL_SIZE_MAX, SUGGESTION_COUNT_MAX } from '../limits.ts'
import { type MainQueue, withNewSession, withNextScheduled } from './mainQueue.ts'
import type { PoolState } from './poolState.ts'
import type { PoolTransaction } from './transaction.ts'

/** Transactions, and the queue in which they count as scheduled. */
export interface Suggestion {
  readonly queue: MainQueue
  readonly txs: readonly PoolTransaction[]
}

/** The first transactions of a new batch. */
export function suggest({ main }: PoolState, limit: number): Suggestion {
  return take(withNewSession(main), limit)
}

/**
 * More transactions for the batch, those that came meanwhile included.
 * COMPAT(oasis-core): the runtime says after which transaction; the pool knows by itself.
 */
export function suggestMore({ main }: PoolState, limit: number): Suggestion {
  return take(main, limit)
}

/** Would a new batch begin with anything? */
export function hasSchedulable({ main }: PoolState): boolean {
  return main.ready.size > 0
}

/** What a new batch would begin with. */
export function suggestedBatch(pool: PoolState, limit: number): readonly Uint8Array[] {
  return suggest(pool, limit).txs.map(({ input }) => input)
}

function take(given: MainQueue, limit: number): Suggestion {
  const txs: PoolTransaction[] = []
  let queue = given
  let sizeBytes = 0
  while (txs.length < Math.min(limit, SUGGESTION_COUNT_MAX)) {
    const next = withNextScheduled(queue)
    if (next === undefined) break
    sizeBytes += next.tx.input.length
    if (sizeBytes > CALL_SIZE_MAX) break
    queue = next.queue
    txs.push(next.tx)
  }
  return { queue, txs }
}
