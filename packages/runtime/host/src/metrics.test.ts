import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import { countCalls } from './metrics.ts'

describe('calls to runtimes', () => {
  it('are counted by kind, with how they ended and how long they took', () => {
    const registry = new MetricsRegistry()
    const observer = countCalls(registry)
    observer.ended('RuntimePingRequest', 500, 'answered')
    observer.ended('RuntimeQueryRequest', 1_500, 'failed')
    observer.ended('RuntimeQueryRequest', 2_000, 'late')
    observer.frames.written(100)
    observer.frames.read(7)
    observer.frames.read(8)
    const text = formatMetrics(registry.collect())
    for (const line of [
      'oasis_rhp_successes{call="RuntimePingRequest"} 1',
      'oasis_rhp_failures{call="RuntimeQueryRequest"} 2',
      'oasis_rhp_latency_sum{call="RuntimeQueryRequest"} 3.5',
      'oasis_rhp_timeouts 1',
      'oasis_codec_size_sum{call="write",module="rhp/internal"} 100',
      'oasis_codec_size_count{call="read",module="rhp/internal"} 2',
    ]) {
      assert.ok(text.includes(`${line}\n`), `${line} in ${text}`)
    }
  })
})
