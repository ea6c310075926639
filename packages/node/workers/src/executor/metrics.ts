/** What is counted of the rounds of a runtime, under the reference's names. */

import { counter, defineMetrics, gauge, summary } from '@wadi/base/metrics'

const labels = ['runtime'] as const
const worker = (name: string) => ({ name: `oasis_worker_${name}`, labels })
const pool = (name: string) => ({ name: `oasis_txpool_${name}`, labels })

export const executorMetrics = defineMetrics('executor', {
  blocks: counter('Number of processed roothash blocks.', worker('processed_block_count')),
  failedRounds: counter('Number of failed roothash rounds.', worker('failed_round_count')),
  committees: counter('Number of committee transitions.', worker('committee_transition_count')),
  epoch: gauge('Current epoch number as seen by the worker.', worker('epoch_number')),
  isWorker: gauge(
    '1 if worker is currently an executor worker, 0 otherwise.',
    worker('executor_is_worker'),
  ),
  isBackupWorker: gauge(
    '1 if worker is currently an executor backup worker, 0 otherwise.',
    worker('executor_is_backup_worker'),
  ),
  peers: gauge('Number of executor committee P2P peers.', worker('executor_committee_p2p_peers')),
  rounds: gauge('Number of total rounds in last epoch.', worker('executor_liveness_total_rounds')),
  liveRounds: gauge(
    'Number of live rounds in last epoch.',
    worker('executor_liveness_live_rounds'),
  ),
  liveRatio: gauge(
    'Ratio between live and total rounds. Reports 1 if node is not in committee.',
    worker('executor_liveness_live_ratio'),
  ),
  events: counter('Number of processed roothash events.', worker('processed_event_count')),
  discrepancies: counter(
    'Number of detected execute discrepancies.',
    worker('execution_discrepancy_detected_count'),
  ),
  aborted: counter('Number of aborted batches.', worker('aborted_batch_count')),
  storeSeconds: summary(
    'Latency of storage commit calls (state + outputs) (seconds).',
    worker('storage_commit_latency'),
  ),
  batchSeconds: summary(
    'Time it takes for a batch to finalize (seconds).',
    worker('batch_processing_time'),
  ),
  runtimeSeconds: summary(
    'Time it takes for a batch to be processed by the runtime (seconds).',
    worker('batch_runtime_processing_time'),
  ),
  batchSize: summary('Number of transactions in a batch.', worker('batch_size')),
  checking: gauge(
    'Size of the pending to be checked queue (number of entries).',
    pool('pending_check_size'),
  ),
  scheduling: gauge(
    'Size of the main schedulable queue (number of entries).',
    pool('pending_schedule_size'),
  ),
  incoming: gauge(
    'Size of the roothash incoming message transactions schedulable queue (number of entries).',
    pool('rim_queue_size'),
  ),
  rejected: counter(
    'Number of rejected transactions (failing check tx).',
    pool('rejected_transactions'),
  ),
  accepted: counter(
    'Number of accepted transactions (passing check tx).',
    pool('accepted_transactions'),
  ),
})
