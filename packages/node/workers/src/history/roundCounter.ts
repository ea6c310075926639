/** Counts the blocks of a runtime as they come, and the time between them. */

import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import type { MetricsRegistry } from '@wadi/base/metrics'
import { roundMetrics } from './metrics.ts'
import type { RoundHistory } from './roundHistory.ts'

const MS_PER_SECOND = 1000

/** See the top of this file. Of what was there before the node began, only the last is counted. */
export function countRounds(
  history: Pick<RoundHistory, 'runtimeId' | 'watchCommitted'>,
  metrics: MetricsRegistry,
  clock: Clock,
): void {
  const { finalized, interval } = metrics.registerOnce(roundMetrics)
  const runtime = toHex(history.runtimeId)
  let lastMs: number | undefined
  history.watchCommitted(() => {
    const nowMs = clock.monotonicMs()
    finalized.add(1)
    if (lastMs !== undefined) interval.observe((nowMs - lastMs) / MS_PER_SECOND, { runtime })
    lastMs = nowMs
  })
}
