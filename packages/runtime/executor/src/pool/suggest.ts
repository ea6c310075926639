/** Transactions for a batch that is being made. */

import { CALL_SIZE_MAX, SUGGESTION_COUNT_MAX } from '../limits.ts'
import { type BatchRoom, type MainQueue, withNewSession, withNextScheduled } from './mainQueue.ts'
import type { PoolState } from './poolState.ts'
import type { PoolTransaction } from './transaction.ts'

/** Transactions, and the queue in which they count as scheduled. */
export interface Suggestion {
  readonly queue: MainQueue
  readonly txs: readonly PoolTransaction[]
}

/** How a batch begins: with no more transactions than this, and with room for so many in all. */
export interface SuggestionBounds {
  readonly limit: number
  readonly room: BatchRoom
  /** For so long it is given what may not fit, where `room` says so. */
  readonly generousMs: number
}

/** The first transactions of a new batch. */
export function suggest({ main }: PoolState, { limit, room }: SuggestionBounds): Suggestion {
  return take(withNewSession(main, room), limit)
}

/**
 * More transactions for the batch, those that came meanwhile included, as long as there is room.
 * COMPAT(oasis-core): the runtime says after which transaction; the pool knows by itself.
 */
export function suggestMore(
  { main, generousUntilMs }: PoolState,
  limit: number,
  nowMs: number,
): Suggestion {
  if (nowMs < generousUntilMs) return take(main, limit)
  const { session } = main
  return take({ ...main, session: { ...session, room: { ...session.room, atLeast: 0 } } }, limit)
}

/** What the batch was given, in this order; what came meanwhile has its place among it. */
export function* givenTransactions({ main }: PoolState): Generator<PoolTransaction> {
  const { count, bytes } = main.session
  let queue = withNewSession(main, { count, bytes, atLeast: count, atMost: count })
  for (;;) {
    const next = withNextScheduled(queue)
    if (next === undefined) return
    yield next.tx
    queue = next.queue
  }
}

/** Would a new batch begin with anything? */
export function hasSchedulable({ main }: PoolState): boolean {
  return main.ready.size > 0
}

/** What a new batch would begin with. */
export function suggestedBatch(pool: PoolState, bounds: SuggestionBounds): readonly Uint8Array[] {
  return suggest(pool, bounds).txs.map(({ input }) => input)
}

function take(given: MainQueue, limit: number): Suggestion {
  const txs: PoolTransaction[] = []
  let queue = given
  while (txs.length < Math.min(limit, SUGGESTION_COUNT_MAX)) {
    const next = withNextScheduled(queue)
    if (next === undefined) break
    if (next.queue.session.bytes - given.session.bytes > CALL_SIZE_MAX) break
    queue = next.queue
    txs.push(next.tx)
  }
  return { queue, txs }
}
