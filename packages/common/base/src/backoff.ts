/** How long to wait before something is tried again: longer each time, and never quite as long. */

import { type RandomSource, randomBelow } from './random.ts'

/** The first wait on average, and the longest. */
export interface WaitRange {
  readonly firstMs: number
  readonly maxMs: number
}

/** A millisecond that grew so often is longer than anybody waits. */
const GROWTHS_MAX = 64

/** The wait before a try, on average; the first one after a failure is number 0. */
export function meanWaitMs(number: number, { firstMs, maxMs }: WaitRange): number {
  // COMPAT(oasis-core): half as long again each time.
  const growths = BigInt(Math.min(number, GROWTHS_MAX))
  const mean = (BigInt(firstMs) * 3n ** growths) >> growths
  return mean < BigInt(maxMs) ? Number(mean) : maxMs
}

/** The wait before a try: from half of the mean to half as much again. */
export function drawWaitMs(number: number, range: WaitRange, random: RandomSource): number {
  const meanMs = meanWaitMs(number, range)
  const half = Math.floor(meanMs / 2)
  return meanMs - half + randomBelow(random, 2 * half + 1)
}
