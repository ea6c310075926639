import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { MemoryStore } from '@wadi/kv/memory-store'
import { TEST_RUNTIME, testRounds } from '../testing/testRounds.ts'
import { countRounds } from './roundCounter.ts'
import { RoundHistory } from './roundHistory.ts'

describe('the blocks of a runtime', () => {
  it('are counted as they come, with the time between them', async () => {
    const time = new VirtualTime()
    const metrics = new MetricsRegistry()
    const runtimeId = TEST_RUNTIME
    const history = await RoundHistory.open({
      store: new MemoryStore(),
      runtimeId,
      seen: 'synced',
    })
    countRounds(history, metrics, time.clock)
    const [first, second, third, fourth] = testRounds(4)
    const read = () => formatMetrics(metrics.collect())
    await history.commit([first!, second!])
    assert.match(read(), /^oasis_finalized_rounds 0$/m)
    history.ready()
    assert.match(read(), /^oasis_finalized_rounds 1$/m)
    assert.doesNotMatch(read(), /interval_sum/)
    time.advance(2_500)
    await history.commit([third!])
    time.advance(1_000)
    await history.commit([fourth!])
    assert.match(read(), /^oasis_finalized_rounds 3$/m)
    const runtime = `{runtime="${toHex(runtimeId)}"}`
    for (const line of [
      `oasis_roothash_block_interval_sum${runtime} 3.5`,
      `oasis_roothash_block_interval_count${runtime} 2`,
    ])
      assert.ok(read().includes(`${line}\n`), read())
  })
})
