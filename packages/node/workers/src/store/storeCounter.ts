/** Counts what is asked of the trees of runtimes, and how it ended; one for all of a process. */

import type { Clock } from '@wadi/base/clock'
import type { InstrumentsOf, MetricsRegistry } from '@wadi/base/metrics'
import type { WriteLog } from '@wadi/mkvs/roots'
import { storeMetrics } from './metrics.ts'

const MS_PER_SECOND = 1000

/** The reference's words for its calls. */
export type StoreCall = 'apply' | 'get_diff' | 'sync_get' | 'sync_get_prefixes' | 'sync_iterate'

/** See the top of this file. */
export class StoreCounter {
  readonly #metrics: InstrumentsOf<typeof storeMetrics>
  readonly #clock: Clock

  constructor(metrics: MetricsRegistry, clock: Clock) {
    this.#metrics = metrics.registerOnce(storeMetrics)
    this.#clock = clock
  }

  /** Does something, and counts it. */
  counted<A>(call: StoreCall, work: () => A): A {
    const { failures, successes, latency } = this.#metrics
    const begunMs = this.#clock.monotonicMs()
    let outcome = failures
    try {
      const answer = work()
      outcome = successes
      return answer
    } finally {
      latency.observe((this.#clock.monotonicMs() - begunMs) / MS_PER_SECOND, { call })
      outcome.add(1, { call })
    }
  }

  /** The bytes of changes that a tree is to take, whether it does or not. */
  size(call: StoreCall, writeLog: WriteLog): void {
    const bytes = writeLog.reduce((sum, [key, value]) => sum + key.length + (value?.length ?? 0), 0)
    this.#metrics.valueSize.observe(bytes, { call })
  }
}
