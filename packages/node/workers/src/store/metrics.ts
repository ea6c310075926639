/** What is counted of calls to the trees of runtimes, under the reference's names. */

import { counter, defineMetrics, summary } from '@wadi/base/metrics'

const named = (name: string) => ({ name: `oasis_storage_${name}`, labels: ['call'] }) as const

export const storeMetrics = defineMetrics('runtimeStore', {
  failures: counter('Number of storage failures.', named('failures')),
  successes: counter('Number of storage successes.', named('successes')),
  latency: summary('Storage call latency (seconds).', named('latency')),
  valueSize: summary('Storage call value size (bytes).', named('value_size')),
})
