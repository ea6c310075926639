/** What is counted of an engine's questions. */

import { counter, defineMetrics, gauge, histogram } from '@wadi/base/metrics'

export const abciMetrics = defineMetrics('abci', {
  connections: gauge('Connections of the engine.'),
  requestSeconds: histogram('How long answers took.', { labels: ['method'] }),
  failures: counter('Questions whose answer was an exception.'),
})
