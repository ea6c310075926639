/**
 * Names, kinds, labels and bounds as CometBFT 0.37.18 declares them in its `metrics.go` of
 * consensus, state, mempool and proxy. It also declares `active_outbound_connections`, which only
 * the mempool counts that oasis-core does not use.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MetricTable } from '@wadi/base/metrics'
import { consensusMetrics } from './consensus/metrics.ts'
import { executionMetrics } from './execution/metrics.ts'
import { mempoolMetrics } from './mempool/metrics.ts'

const DURATIONS = [
  0.1, 0.2682695795279726, 0.7196856730011522, 1.9306977288832508, 5.1794746792312125,
  13.894954943731381, 37.27593720314942, 100.00000000000006,
]
const PROMETHEUS_DEFAULT = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const ADDRESS = ['validator_address']
const PROPOSER = ['proposer_address']

type Row = readonly [
  name: string,
  kind: string,
  labels?: readonly string[],
  bounds?: readonly number[],
]

const CONSENSUS: readonly Row[] = [
  ['height', 'gauge'],
  ['validator_last_signed_height', 'gauge', ADDRESS],
  ['rounds', 'gauge'],
  ['round_duration_seconds', 'histogram', [], DURATIONS],
  ['validators', 'gauge'],
  ['validators_power', 'gauge'],
  ['validator_power', 'gauge', ADDRESS],
  ['validator_missed_blocks', 'gauge', ADDRESS],
  ['missing_validators', 'gauge'],
  ['missing_validators_power', 'gauge'],
  ['byzantine_validators', 'gauge'],
  ['byzantine_validators_power', 'gauge'],
  ['block_interval_seconds', 'histogram', [], PROMETHEUS_DEFAULT],
  ['num_txs', 'gauge'],
  ['block_size_bytes', 'gauge'],
  ['total_txs', 'gauge'],
  ['latest_block_height', 'gauge'],
  ['block_syncing', 'gauge'],
  ['state_syncing', 'gauge'],
  ['block_parts', 'counter', ['peer_id']],
  ['step_duration_seconds', 'histogram', ['step'], DURATIONS],
  ['block_gossip_parts_received', 'counter', ['matches_current']],
  ['quorum_prevote_delay', 'gauge', PROPOSER],
  ['full_prevote_delay', 'gauge', PROPOSER],
  ['proposal_receive_count', 'counter', ['status']],
  ['proposal_create_count', 'counter'],
  ['round_voting_power_percent', 'gauge', ['vote_type']],
  ['late_votes', 'counter', ['vote_type']],
]

const STATE: readonly Row[] = [
  ['block_processing_time', 'histogram', [], [1, 11, 21, 31, 41, 51, 61, 71, 81, 91]],
  ['consensus_param_updates', 'counter'],
  ['validator_set_updates', 'counter'],
]

const ABCI_CONNECTION: readonly Row[] = [
  [
    'method_timing_seconds',
    'histogram',
    ['method', 'type'],
    [0.0001, 0.0004, 0.002, 0.009, 0.02, 0.1, 0.65, 2, 6, 25],
  ],
]

const MEMPOOL: readonly Row[] = [
  ['size', 'gauge'],
  ['size_bytes', 'gauge'],
  ['tx_size_bytes', 'histogram', [], [1, 3, 9, 27, 81, 243, 729]],
  ['failed_txs', 'counter'],
  ['rejected_txs', 'counter'],
  ['evicted_txs', 'counter'],
  ['recheck_times', 'counter'],
]

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

function declared(table: MetricTable) {
  return Object.values(table)
    .map(({ name = '', kind, labels, buckets }) => ({ name, kind, labels, buckets }))
    .toSorted(byName)
}

function expected(subsystem: string, rows: readonly Row[]) {
  return rows.map(([key, kind, labels = [], buckets = []]) => {
    return { name: `cometbft_${subsystem}_${key}`, kind, labels, buckets }
  })
}

describe('the metrics of the engine', () => {
  it('are those of CometBFT', () => {
    assert.deepEqual(declared(consensusMetrics), expected('consensus', CONSENSUS).toSorted(byName))
    const execution = [...expected('state', STATE), ...expected('abci_connection', ABCI_CONNECTION)]
    assert.deepEqual(declared(executionMetrics), execution.toSorted(byName))
    assert.deepEqual(declared(mempoolMetrics), expected('mempool', MEMPOOL).toSorted(byName))
  })
})
