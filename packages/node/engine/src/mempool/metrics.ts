/** What the mempool counts, under the reference's names. */

import { counter, defineMetrics, gauge, histogram, type InstrumentsOf } from '@wadi/base/metrics'

const name = (key: string) => `cometbft_mempool_${key}`

/** Three times as many bytes in each bucket as in the one before. */
const TX_SIZE_BUCKETS = [1, 3, 9, 27, 81, 243, 729]

export const mempoolMetrics = defineMetrics('mempool', {
  size: gauge('Number of uncommitted transactions in the mempool.', { name: name('size') }),
  sizeBytes: gauge('Total size of the mempool in bytes.', { name: name('size_bytes') }),
  txSizeBytes: histogram('Sizes of transactions in bytes.', {
    name: name('tx_size_bytes'),
    buckets: TX_SIZE_BUCKETS,
  }),
  failedTxs: counter('Number of failed transactions.', { name: name('failed_txs') }),
  rejectedTxs: counter('Number of valid transactions that found no room.', {
    name: name('rejected_txs'),
  }),
  evictedTxs: counter('Number of evicted transactions.', { name: name('evicted_txs') }),
  recheckTimes: counter('Number of times transactions are rechecked in the mempool.', {
    name: name('recheck_times'),
  }),
})
export type MempoolInstruments = InstrumentsOf<typeof mempoolMetrics>
