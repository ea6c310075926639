/** Values between two values: some parts of the one, some of the other. */

import { type RandomSource, randomBelow } from '@wadi/base/random'

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}

/** One part of so many comes from the second value. */
const SECOND_ONE_IN = 6

/**
 * The first value with some parts of the second one, which is of the same type. Records are crossed
 * field by field and lists item by item; whatever else there is comes from one side as a whole.
 */
export function crossed(first: unknown, second: unknown, random: RandomSource): unknown {
  if (randomBelow(random, SECOND_ONE_IN) === 0) return second
  if (isRecord(first) && isRecord(second))
    return Object.fromEntries(
      Object.entries(first).map(([name, value]) => [name, crossed(value, second[name], random)]),
    )
  if (Array.isArray(first) && Array.isArray(second))
    return first.map((item, i) => (i < second.length ? crossed(item, second[i], random) : item))
  return first
}
