import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BugError } from './errors.ts'
import { METRIC_SERIES_MAX } from './limits.ts'
import { counter, defineMetrics, gauge, histogram, MetricsRegistry, summary } from './metrics.ts'
import { formatMetrics } from './prometheusText.ts'

const storageMetrics = defineMetrics('storage', {
  failures: counter('Failed calls.', { name: 'oasis_storage_failures', labels: ['call'] }),
  openSnapshots: gauge('Snapshots that are open.'),
  commitSeconds: histogram('Time to commit.', { buckets: [1, 2] }),
  valueSize: summary('Sizes of values.', { labels: ['call', 'kind'] }),
})

describe('MetricsRegistry', () => {
  it('writes what was counted as Prometheus reads it', () => {
    const registry = new MetricsRegistry()
    const metrics = registry.register(storageMetrics)
    metrics.failures.add(1, { call: 'get' })
    metrics.failures.add(2, { call: 'get' })
    metrics.failures.add(1, { call: 'a"b\\c\nd' })
    metrics.openSnapshots.set(5)
    metrics.openSnapshots.add(-2)
    for (const seconds of [1, 1.5, 2, 7]) metrics.commitSeconds.observe(seconds)
    metrics.valueSize.observe(10, { call: 'put', kind: 'node' })
    assert.equal(
      formatMetrics(registry.collect()),
      `# HELP oasis_storage_failures Failed calls.
# TYPE oasis_storage_failures counter
oasis_storage_failures{call="get"} 3
oasis_storage_failures{call="a\\"b\\\\c\\nd"} 1
# HELP wadi_storage_commit_seconds Time to commit.
# TYPE wadi_storage_commit_seconds histogram
wadi_storage_commit_seconds_bucket{le="1"} 1
wadi_storage_commit_seconds_bucket{le="2"} 3
wadi_storage_commit_seconds_bucket{le="+Inf"} 4
wadi_storage_commit_seconds_sum 11.5
wadi_storage_commit_seconds_count 4
# HELP wadi_storage_open_snapshots Snapshots that are open.
# TYPE wadi_storage_open_snapshots gauge
wadi_storage_open_snapshots 3
# HELP wadi_storage_value_size Sizes of values.
# TYPE wadi_storage_value_size summary
wadi_storage_value_size_sum{call="put",kind="node"} 10
wadi_storage_value_size_count{call="put",kind="node"} 1
`,
    )
  })

  it('shows a metric without labels before anything was counted', () => {
    const registry = new MetricsRegistry()
    registry.register(defineMetrics('a', { up: gauge('Is it up?\nOr not?') }))
    const text = '# HELP wadi_a_up Is it up?\\nOr not?\n# TYPE wadi_a_up gauge\nwadi_a_up 0\n'
    assert.equal(formatMetrics(registry.collect()), text)
  })

  it('gives all series of a table the labels that they share', () => {
    const registry = new MetricsRegistry()
    const table = defineMetrics('a', {
      calls: counter('Calls.', { labels: ['peer'] }),
      up: gauge('Is it up?'),
    })
    registry.register(table, { chain_id: 'x"y' }).calls.add(1, { peer: 'p' })
    const samples = formatMetrics(registry.collect()).match(/^wadi.*$/gm)
    const calls = 'wadi_a_calls{chain_id="x\\"y",peer="p"} 1'
    assert.deepEqual(samples, [calls, 'wadi_a_up{chain_id="x\\"y"} 0'])
  })

  it('takes METRIC_SERIES_MAX combinations of labels and counts the rest as other', () => {
    const registry = new MetricsRegistry()
    const table = defineMetrics('a', { calls: counter('Calls.', { labels: ['peer'] }) })
    const metrics = registry.register(table)
    const seriesCount = () => registry.collect()[0]?.series.length
    for (let i = 0; i < METRIC_SERIES_MAX - 1; i++) metrics.calls.add(1, { peer: `${i}` })
    assert.equal(seriesCount(), METRIC_SERIES_MAX - 1)
    for (let i = 0; i < 5; i++) metrics.calls.add(1, { peer: `late ${i}` })
    assert.equal(seriesCount(), METRIC_SERIES_MAX)
    assert.equal(registry.collect()[0]?.series.at(-1)?.value, 5)
  })

  it('forgets what has some labels, and has room again', () => {
    const registry = new MetricsRegistry()
    const table = defineMetrics('a', { bytes: counter('Bytes.', { labels: ['peer', 'channel'] }) })
    const { bytes } = registry.register(table)
    const samples = () => formatMetrics(registry.collect()).match(/^wadi.*$/gm)
    for (const peer of ['p', 'q']) for (const channel of ['1', '2']) bytes.add(5, { peer, channel })
    bytes.forget({ peer: 'p' })
    const ofQ = ['1', '2'].map((channel) => `wadi_a_bytes{peer="q",channel="${channel}"} 5`)
    assert.deepEqual(samples(), ofQ)
    bytes.forget({ peer: 'q', channel: '3' })
    bytes.forget({ peer: 'nobody' })
    assert.deepEqual(samples(), ofQ)
    for (let i = 0; i < METRIC_SERIES_MAX; i++) bytes.add(1, { peer: 'many', channel: `${i}` })
    bytes.forget({ peer: 'many' })
    bytes.add(1, { peer: 'p', channel: '1' })
    assert.equal(samples()?.at(-1), 'wadi_a_bytes{peer="p",channel="1"} 1')
    assert.throws(() => bytes.forget({}), BugError)
  })

  it('refuses a name that is taken, a shrinking counter and buckets that do not ascend', () => {
    const registry = new MetricsRegistry()
    const metrics = registry.register(storageMetrics)
    assert.throws(() => registry.register(storageMetrics), BugError)
    assert.throws(() => metrics.failures.add(-1, { call: 'get' }), BugError)
    assert.throws(() => histogram('x', { buckets: [1, 1] }), BugError)
    assert.throws(() => counter('x', { name: 'With Space' }), BugError)
    assert.throws(() => counter('x', { labels: ['a-b'] }), BugError)
    assert.throws(() => registry.register({ raw: counter('Not named.') }), BugError)
  })

  it('has several parts count in one place, if that is asked for', () => {
    const registry = new MetricsRegistry()
    const table = defineMetrics('parts', { rounds: counter('Rounds.', { labels: ['of'] }) })
    registry.registerOnce(table).rounds.add(1, { of: 'a' })
    registry.registerOnce(table).rounds.add(2, { of: 'b' })
    assert.match(formatMetrics(registry.collect()), /parts_rounds\S*\{of="a"\} 1\n.*\{of="b"\} 2/)
    assert.throws(() => registry.register(table), BugError)
  })

  it('counts every observation once, whatever its size', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true })), (values) => {
        const registry = new MetricsRegistry()
        const metrics = registry.register(defineMetrics('a', { b: histogram('B.') }))
        for (const value of values) metrics.b.observe(value)
        const lines = formatMetrics(registry.collect()).split('\n')
        const cumulative = lines
          .filter((line) => line.startsWith('wadi_a_b_bucket'))
          .map((line) => Number(line.split(' ')[1]))
        assert.deepEqual(
          cumulative,
          cumulative.toSorted((a, b) => a - b),
        )
        assert.equal(cumulative.at(-1), values.length)
      }),
    )
  })
})
