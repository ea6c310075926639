/** Transactions that were seen, and when they were published last. The oldest are forgotten. */

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

interface Seen {
  readonly order: number
  /** Undefined: never. */
  readonly publishedMs: number | undefined
}

export interface SeenCache {
  readonly byKey: HashMap<Seen>
  readonly byOrder: SortedMap<number, string>
  readonly nextOrder: number
}

export const NOTHING_SEEN: SeenCache = {
  byKey: EMPTY_HASH_MAP,
  byOrder: emptyMap(compareNumbers),
  nextOrder: 0,
}

/** What is known of a transaction; undefined if it was not seen, or is forgotten. */
export function seenOf({ byKey }: SeenCache, key: string): Seen | undefined {
  return entryOf(byKey, key)
}

/** Remembers a transaction, as the youngest of all. If there are too many the oldest goes. */
export function withSeen(
  cache: SeenCache,
  key: string,
  publishedMs: number | undefined,
  countMax: number,
): SeenCache {
  const { byKey, byOrder, nextOrder: order } = withoutSeen(cache, key)
  const longer: SeenCache = {
    byKey: withEntry(byKey, key, { order, publishedMs }),
    byOrder: withValue(byOrder, order, key),
    nextOrder: order + 1,
  }
  if (longer.byKey.size <= countMax) return longer
  return withoutSeen(longer, firstOf(longer.byOrder)![1])
}

/** Forgets a transaction: it may come again. */
export function withoutSeen(cache: SeenCache, key: string): SeenCache {
  const known = entryOf(cache.byKey, key)
  if (known === undefined) return cache
  return {
    ...cache,
    byKey: withoutEntry(cache.byKey, key),
    byOrder: withoutKey(cache.byOrder, known.order),
  }
}
