import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MetricsRegistry } from '@wadi/base/metrics'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make } from '@wadi/cbor/codec'
import { LivenessStatistics, RuntimeState } from '@wadi/consensus/roothash'
import { RUNTIME_ID, testCommittee, testMember } from '@wadi/runtime-executor/testing/test-network'
import { ExecutorCounter } from './executorCounter.ts'

const [first, second, other] = [0, 1, 2].map((i) => testMember(i).id)
const PREFIX = 'oasis_worker_executor_liveness_'

/** What is told of a node in the state of a runtime: total, live, and ratio. */
function livenessOf(own: typeof first, change: Partial<RuntimeState>) {
  const metrics = new MetricsRegistry()
  const { clock } = new VirtualTime()
  new ExecutorCounter(metrics, RUNTIME_ID, clock).lived(make(RuntimeState, change), own!)
  const readingOf = (name: string) =>
    metrics.collect().find(({ metric }) => metric.name === PREFIX + name)?.series[0]?.value
  return ['total_rounds', 'live_rounds', 'live_ratio'].map(readingOf)
}

describe('how live a compute node was', () => {
  const committee = testCommittee([first!, second!], [second!])
  const livenessStats = make(LivenessStatistics, {
    totalRounds: 8n,
    goodRounds: [8n, 4n, 2n],
  })

  it('is the sum over its places in the committee', () => {
    assert.deepEqual(livenessOf(first, { committee, livenessStats }), [8, 8, 1])
    assert.deepEqual(livenessOf(second, { committee, livenessStats }), [8, 6, 0.75])
  })

  it('is 1 for whoever has none, and nothing before anything was counted', () => {
    assert.deepEqual(livenessOf(other, { committee }), [undefined, undefined, 1])
    assert.deepEqual(livenessOf(first, { committee }), [undefined, undefined, undefined])
    const none = make(LivenessStatistics, {})
    const [total, live, ratio] = livenessOf(first, { committee, livenessStats: none })
    assert.deepEqual([total, live, ratio], [0, 0, undefined])
  })
})
