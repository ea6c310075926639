/** When a runtime that has ended is started again. */

import { type RandomSource, randomBelow } from '@wadi/base/random'
import { RESTART_MS_MAX, RESTART_MS_MIN, RESTARTS_MS_MAX } from '../limits.ts'

/** A row of starts of which none lasted. */
export interface Restarts {
  readonly count: number
  /** When the first of them was. */
  readonly sinceMs: number
}

/** The row, and how long to wait. */
export interface Restart {
  readonly restarts: Restarts
  readonly delayMs: number
}

/** Each wait is on average by half longer than the one before, and differs by up to half of it. */
const GROWTH_PERCENT = 150
const PERCENT = 100

/** Undefined if it has been tried for long enough. */
export function nextRestart(
  { count, sinceMs }: Restarts,
  nowMs: number,
  random: RandomSource,
): Restart | undefined {
  if (nowMs - sinceMs > RESTARTS_MS_MAX) return undefined
  let averageMs = RESTART_MS_MIN
  for (let i = 0; i < count && averageMs < RESTART_MS_MAX; i++) {
    averageMs = Math.min(RESTART_MS_MAX, Math.floor((averageMs * GROWTH_PERCENT) / PERCENT))
  }
  const delayMs = Math.floor(averageMs / 2) + randomBelow(random, averageMs + 1)
  return { restarts: { count: count + 1, sinceMs }, delayMs }
}
