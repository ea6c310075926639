/** What is counted of the blocks of runtimes, under the reference's names. */

import { counter, defineMetrics, summary } from '@wadi/base/metrics'

export const roundMetrics = defineMetrics('rounds', {
  finalized: counter('Number of finalized rounds.', { name: 'oasis_finalized_rounds' }),
  interval: summary('Time between roothash blocks (seconds).', {
    name: 'oasis_roothash_block_interval',
    labels: ['runtime'],
  }),
})
