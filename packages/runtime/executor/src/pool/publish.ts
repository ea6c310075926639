/** Telling others of transactions, again and again until they are executed. */

import { PUBLISH_COUNT_MAX } from '../limits.ts'
import { entryOf } from '../persistent/hashMap.ts'
import { firstOf, withoutKey, withValue } from '../persistent/sortedMap.ts'
import { transactionsOf } from './mainQueue.ts'
import { emit, notePublished, type PoolRun } from './run.ts'
import { seenOf } from './seenCache.ts'
import type { PoolTransaction } from './transaction.ts'

/** For so long the network takes a transaction for the same message. */
const REPUBLISH_MS_MIN = 125_000
/** For others to have the block upon which a transaction was checked. */
const BLOCK_DELAY_MS = 200
/**
 * When more new ones wait than are published at once. The reference waits a second, or ten: a node
 * that is not of the committee could bring it no more than a batch in that time.
 */
const NEXT_BATCH_MS = 100
/** When more than are published at once may be forgotten: that is not pressing. */
const NEXT_FORGOTTEN_MS = 1_000
/** When nothing could be published, such as where nobody listens yet. */
const PUBLISH_RETRY_MS = 1_000

/** A new transaction is published as soon as others can check it. */
export function publishSoon(run: PoolRun, { arrival, key }: PoolTransaction): void {
  const { state, nowMs } = run
  state.unpublished = withValue(state.unpublished, arrival, key)
  const receivedMs = state.block?.receivedMs ?? nowMs
  publishAfter(run, Math.max(0, receivedMs + BLOCK_DELAY_MS - nowMs))
}

/** A transaction that came from others was published by them just now. */
export function publishAgain(run: PoolRun, key: string): void {
  noteTold(run, key)
  publishAfter(run, run.state.republishAtMs - run.nowMs)
}

/** They could not be published. */
export function takeUnpublished(run: PoolRun, keys: readonly string[]): void {
  const { state, nowMs } = run
  state.publishableAtMs = nowMs + PUBLISH_RETRY_MS
  for (const key of keys) {
    if (seenOf(state.seen, key) !== undefined) notePublished(run, key, undefined)
    const tx = entryOf(state.main.byKey, key)
    if (tx !== undefined) state.unpublished = withValue(state.unpublished, tx.arrival, key)
  }
  publishAfter(run, PUBLISH_RETRY_MS)
}

/** Publishes whatever was not published for long, and no more than a batch of it. */
export function publish(run: PoolRun): void {
  const { state, nowMs } = run
  state.publishAtMs = undefined
  const due = takeNew(run)
  if (nowMs >= state.republishAtMs) due.push(...forgotten(run, PUBLISH_COUNT_MAX - due.length))
  for (const { key } of due) noteTold(run, key)
  if (due.length > 0) {
    const transactions = due.map(({ input, hash }) => ({ input, hash }))
    emit(run, { kind: 'publish', transactions })
  }
  if (state.unpublished.size > 0) publishAfter(run, NEXT_BATCH_MS)
  else if (state.republishAtMs <= nowMs) publishAfter(run, NEXT_FORGOTTEN_MS)
  else if (state.main.byKey.size > 0) publishAfter(run, state.republishAtMs - nowMs)
}

/** Those that nobody was told of, as far as they are still in the pool. */
function takeNew({ state }: PoolRun): PoolTransaction[] {
  const taken: PoolTransaction[] = []
  while (taken.length < PUBLISH_COUNT_MAX) {
    const first = firstOf(state.unpublished)
    if (first === undefined) break
    const [arrival, key] = first
    state.unpublished = withoutKey(state.unpublished, arrival)
    const tx = entryOf(state.main.byKey, key)
    // It may have come again since, or from others.
    const isNew = tx?.arrival === arrival && seenOf(state.seen, key)?.publishedMs === undefined
    if (isNew) taken.push(tx)
  }
  return taken
}

/** Those that others were told of long ago; notes when to look for such ones again. */
function forgotten(run: PoolRun, countMax: number): readonly PoolTransaction[] {
  const { state, nowMs } = run
  const due: PoolTransaction[] = []
  const republishMs = republishMsOf(run)
  state.republishAtMs = Number.POSITIVE_INFINITY
  for (const tx of transactionsOf(state.main)) {
    const seen = seenOf(state.seen, tx.key)
    const isNew = seen !== undefined && seen.publishedMs === undefined
    if (isNew) continue
    const atMs = seen?.publishedMs === undefined ? nowMs : seen.publishedMs + republishMs
    if (atMs <= nowMs && due.length < countMax) due.push(tx)
    else state.republishAtMs = Math.min(state.republishAtMs, atMs)
  }
  return due
}

/** Others know of it now, and will be told again when they have forgotten it. */
function noteTold(run: PoolRun, key: string): void {
  const { state, nowMs } = run
  notePublished(run, key, nowMs)
  state.republishAtMs = Math.min(state.republishAtMs, nowMs + republishMsOf(run))
}

function republishMsOf({ state }: PoolRun): number {
  return Math.max(state.config.republishMs, REPUBLISH_MS_MIN)
}

/** Publishes after a while, if not sooner; not before it is worth a try. */
function publishAfter(run: PoolRun, afterMs: number): void {
  const { state, nowMs } = run
  const atMs = Math.max(nowMs + afterMs, state.publishableAtMs)
  if (state.publishAtMs !== undefined && state.publishAtMs <= atMs) return
  state.publishAtMs = atMs
  emit(run, { kind: 'set-pool-timer', timer: 'publish', afterMs: atMs - nowMs })
}
