/** What is counted of calls to runtimes, under the reference's names. */

import { isTold } from '@wadi/base/errors'
import { counter, defineMetrics, type MetricsRegistry, summary } from '@wadi/base/metrics'
import { countFrames, type FrameCounter } from '@wadi/cbor/framing-metrics'

const MS_PER_SECOND = 1000
const labels = ['call'] as const

export const runtimeHostMetrics = defineMetrics('runtimeHost', {
  latency: summary('Runtime Host call latency (seconds).', { name: 'oasis_rhp_latency', labels }),
  successes: counter('Number of successful Runtime Host calls.', {
    name: 'oasis_rhp_successes',
    labels,
  }),
  failures: counter('Number of failed Runtime Host calls.', { name: 'oasis_rhp_failures', labels }),
  timeouts: counter('Number of timed out Runtime Host calls.', { name: 'oasis_rhp_timeouts' }),
})

/** COMPAT(oasis-core): what the sizes of messages of runtimes are counted as. */
const CODEC_MODULE = 'rhp/internal'

/** Hears of each call when it is over, and how large messages are. */
export interface CallObserver {
  readonly frames: FrameCounter
  ended(call: string, ms: number, outcome: 'answered' | 'failed' | 'late'): void
}

/** Counts calls; one for all runtimes of a process. */
export function countCalls(registry: MetricsRegistry): CallObserver {
  const counted = registry.register(runtimeHostMetrics)
  return {
    frames: countFrames(registry, CODEC_MODULE),
    ended: (call, ms, outcome) => {
      counted.latency.observe(ms / MS_PER_SECOND, { call })
      if (outcome === 'answered') counted.successes.add(1, { call })
      else counted.failures.add(1, { call })
      if (outcome === 'late') counted.timeouts.add(1)
    },
  }
}

/** Has nobody answered in time, or has nobody wanted the answer any more? */
export function isLate(error: unknown): boolean {
  if (!isTold(error) || !('reason' in error)) return false
  return ['runtimeHost.overdue', 'runtimeHost.cancelled', 'runtimeHost.notReady'].includes(
    error.reason,
  )
}
