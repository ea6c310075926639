/** How long to wait before something is tried again: longer each time, and never quite as long. */

import { type RandomSource, randomBelow } from '@wadi/base/random'

/**
 * COMPAT(oasis-core): the waits of its exponential backoff: half a second at first, then half as
 * long again each time, each of them up to half shorter or longer.
 */
const FIRST_MS = 500
const GROWTH = 1.5

/** The wait before a try, on average; the first one after a failure is number 0. */
export function meanWaitMs(number: number, longestMs: number): number {
  // A high power is infinite, and the longest wait is shorter than that.
  return Math.min(longestMs, Math.floor(FIRST_MS * GROWTH ** number))
}

/** The wait before a try: from half of the mean to half as much again. */
export function drawWaitMs(number: number, longestMs: number, random: RandomSource): number {
  const meanMs = meanWaitMs(number, longestMs)
  const half = Math.floor(meanMs / 2)
  return meanMs - half + randomBelow(random, 2 * half + 1)
}
