/** Transactions that wait to be checked, in the order in which they came. */

import type { Hash } from '@wadi/primitives/hash'
import { CALL_SIZE_MAX } from '../limits.ts'
import {
  EMPTY_HASH_MAP,
  entryOf,
  type HashMap,
  withEntry,
  withoutEntry,
} from '../persistent/hashMap.ts'
import {
  compareNumbers,
  emptyMap,
  firstOf,
  type SortedMap,
  withoutKey,
  withValue,
} from '../persistent/sortedMap.ts'

/** A transaction to check, and why. */
export interface PendingCheck {
  readonly input: Uint8Array
  readonly hash: Hash
  readonly key: string
  /** `recheck`: it is in the pool already. */
  readonly origin: 'local' | 'remote' | 'recheck'
  /** Whoever waits for the result. */
  readonly ticket: number | undefined
  /** Is only the result wanted? */
  readonly isDryRun: boolean
}

export interface CheckQueue {
  readonly byPlace: SortedMap<number, PendingCheck>
  readonly placeByKey: HashMap<number>
  readonly nextPlace: number
  /** In front of all others. */
  readonly frontPlace: number
  readonly sizeBytes: number
}

export const NOTHING_TO_CHECK: CheckQueue = {
  byPlace: emptyMap(compareNumbers),
  placeByKey: EMPTY_HASH_MAP,
  nextPlace: 0,
  frontPlace: -1,
  sizeBytes: 0,
}

/** Is the transaction among those that wait? */
export function isQueued({ placeByKey }: CheckQueue, key: string): boolean {
  return entryOf(placeByKey, key) !== undefined
}

/** Adds a check at the end. */
export function withCheck(queue: CheckQueue, check: PendingCheck): CheckQueue {
  const place = queue.nextPlace
  return { ...placed(queue, place, check), nextPlace: place + 1 }
}

/** Puts checks back in front, in their order: they came to nothing. */
export function withRetried(given: CheckQueue, checks: readonly PendingCheck[]): CheckQueue {
  let queue = given
  for (const check of checks.toReversed()) {
    // It may have been submitted again while it was under way.
    if (isQueued(queue, check.key)) continue
    const place = queue.frontPlace
    queue = { ...placed(queue, place, check), frontPlace: place - 1 }
  }
  return queue
}

/** Takes the first checks out. */
export function takeChecks(
  given: CheckQueue,
  countMax: number,
): { readonly queue: CheckQueue; readonly checks: readonly PendingCheck[] } {
  const checks: PendingCheck[] = []
  let queue = given
  let sizeBytes = 0
  while (checks.length < countMax) {
    const first = firstOf(queue.byPlace)
    if (first === undefined) break
    const [place, check] = first
    sizeBytes += check.input.length
    if (sizeBytes > CALL_SIZE_MAX) break
    checks.push(check)
    queue = {
      ...queue,
      byPlace: withoutKey(queue.byPlace, place),
      placeByKey: withoutEntry(queue.placeByKey, check.key),
      sizeBytes: queue.sizeBytes - check.input.length,
    }
  }
  return { queue, checks }
}

function placed(queue: CheckQueue, place: number, check: PendingCheck): CheckQueue {
  return {
    ...queue,
    byPlace: withValue(queue.byPlace, place, check),
    placeByKey: withEntry(queue.placeByKey, check.key, place),
    sizeBytes: queue.sizeBytes + check.input.length,
  }
}
