import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkNodeConfig } from '@wadi/node-config/node-config'
import { DEFAULT_POOL } from '@wadi/runtime-executor/pool/poolState'
import { runtimesConfigOf } from './runtimesOptions.ts'

const configOf = (runtime: object) =>
  runtimesConfigOf(checkNodeConfig({ mode: 'compute', runtime }), '/data')!

describe('of the transactions of runtimes', () => {
  it('a node keeps, checks and publishes as many as it is told', () => {
    const { pool } = configOf({
      tx_pool: {
        schedule_max_tx_pool_size: 7,
        schedule_tx_cache_size: 8,
        check_tx_max_batch_size: 9,
        recheck_interval: 10,
        republishinterval: '3m',
      },
    })
    assert.deepEqual(pool, {
      countMax: 7,
      seenMax: 8,
      checkBatchMax: 9,
      recheckRounds: 10n,
      republishMs: 180_000,
    })
  })

  it('and as many as a pool usually has where nothing is said', () => {
    assert.deepEqual(configOf({}).pool, DEFAULT_POOL)
  })

  it('never none in a check', () => {
    assert.throws(() => configOf({ tx_pool: { check_tx_max_batch_size: 0 } }), {
      reason: 'config.badValue',
      message: /runtime\.tx_pool\.check_tx_max_batch_size: .*from 1/,
    })
  })
})

describe('blocks of runtimes are looked for', () => {
  it('in as many heights at once as is said, 0 being as many as usual', () => {
    assert.equal(configOf({ indexer: { batch_size: 20 } }).indexedAtOnce, 20)
    assert.equal(configOf({ indexer: { batch_size: 0 } }).indexedAtOnce, undefined)
  })
})
