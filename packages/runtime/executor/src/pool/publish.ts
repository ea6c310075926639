/** Telling others of transactions, again and again until they are executed. */

import { PUBLISH_COUNT_MAX } from '../limits.ts'
import { transactionsOf } from './mainQueue.ts'
import { emit, notePublished, type PoolRun } from './run.ts'
import { seenOf } from './seenCache.ts'
import type { PoolTransaction } from './transaction.ts'

/** For so long the network takes a transaction for the same message. */
const REPUBLISH_MS_MIN = 125_000
/** For others to have the block upon which a transaction was checked. */
const BLOCK_DELAY_MS = 200
/** When more wait than are published at once. */
const NEXT_BATCH_MS = 1_000

/** New transactions are published as soon as others can check them. */
export function publishSoon(run: PoolRun): void {
  const receivedMs = run.state.block?.receivedMs ?? run.nowMs
  publishAfter(run, Math.max(0, receivedMs + BLOCK_DELAY_MS - run.nowMs))
}

/** Publishes whatever was not published for long, and no more than a batch of it. */
export function publish(run: PoolRun): void {
  const { state, nowMs } = run
  state.publishAtMs = undefined
  const due: PoolTransaction[] = []
  const republishMs = Math.max(state.config.republishMs, REPUBLISH_MS_MIN)
  let waitMs = republishMs
  for (const tx of transactionsOf(state.main)) {
    const publishedMs = seenOf(state.seen, tx.key)?.publishedMs
    const remainingMs = publishedMs === undefined ? 0 : publishedMs + republishMs - nowMs
    if (remainingMs > 0) {
      waitMs = Math.min(waitMs, remainingMs)
      continue
    }
    if (due.length >= PUBLISH_COUNT_MAX) {
      waitMs = NEXT_BATCH_MS
      break
    }
    due.push(tx)
  }
  for (const { key } of due) notePublished(run, key, nowMs)
  if (due.length > 0) {
    const transactions = due.map(({ input, hash }) => ({ input, hash }))
    emit(run, { kind: 'publish', transactions })
  }
  if (state.main.byKey.size > 0) publishAfter(run, waitMs)
}

/** Publishes after a while, if not sooner. */
export function publishAfter(run: PoolRun, afterMs: number): void {
  const { state, nowMs } = run
  const atMs = nowMs + afterMs
  if (state.publishAtMs !== undefined && state.publishAtMs <= atMs) return
  state.publishAtMs = atMs
  emit(run, { kind: 'set-pool-timer', timer: 'publish', afterMs })
}
