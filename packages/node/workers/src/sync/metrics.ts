/** What is counted of the trees of a runtime, under the reference's names. */

import { defineMetrics, gauge, summary } from '@wadi/base/metrics'

const labels = ['runtime'] as const
const named = (name: string) => ({ name: `oasis_worker_storage_${name}`, labels })

export const storageMetrics = defineMetrics('runtimeStorage', {
  fullRound: gauge('The last round that was fully synced and finalized.', named('full_round')),
  syncedRound: gauge(
    'The last round that was synced but not yet finalized.',
    named('synced_round'),
  ),
  pendingRound: gauge('The last round that is in-flight for syncing.', named('pending_round')),
  syncSeconds: summary('Storage round sync latency (seconds).', named('round_sync_latency')),
  pruneSeconds: summary('Storage pruner per-round latency (seconds).', named('prune_latency')),
})
