/** Ranges of keys: checking them, asking them, and making one from a prefix. */

import { compareBytes } from '@wadi/base/bytes'
import type { KeyRange, RangeQuery } from './contract.ts'
import { errors } from './errors.ts'
import { KEY_SIZE_MAX } from './limits.ts'

/** Refuses a range with two bounds on one side, or with a bound that no key can reach. */
export function checkRange(range: KeyRange): void {
  if (range.gt !== undefined && range.gte !== undefined) throw errors.badRange('both gt and gte')
  if (range.lt !== undefined && range.lte !== undefined) throw errors.badRange('both lt and lte')
  for (const bound of [range.gt, range.gte, range.lt, range.lte]) {
    // A bound may be one byte longer than a key: "after every key that begins with …".
    if (bound !== undefined && bound.length > KEY_SIZE_MAX + 1)
      throw errors.keyTooLong(`bound of ${bound.length} bytes`)
  }
}

/** Refuses a query whose range is bad or whose limit is not a count. */
export function checkQuery(query: RangeQuery): void {
  checkRange(query)
  const { limit } = query
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0))
    throw errors.badRange(`a limit of ${limit}`)
}

/** Is `key` on the upper side of the lower bound? */
export function isAboveLower(range: KeyRange, key: Uint8Array): boolean {
  if (range.gte !== undefined) return compareBytes(key, range.gte) >= 0
  return range.gt === undefined || compareBytes(key, range.gt) > 0
}

/** Is `key` on the lower side of the upper bound? */
export function isBelowUpper(range: KeyRange, key: Uint8Array): boolean {
  if (range.lte !== undefined) return compareBytes(key, range.lte) <= 0
  return range.lt === undefined || compareBytes(key, range.lt) < 0
}

/** All keys that begin with `prefix`. */
export function prefixRange(prefix: Uint8Array): KeyRange {
  let end = prefix.length
  while (end > 0 && prefix[end - 1] === 0xff) end--
  if (end === 0) return { gte: prefix }
  const after = prefix.slice(0, end)
  after[end - 1] = after[end - 1]! + 1
  return { gte: prefix, lt: after }
}
