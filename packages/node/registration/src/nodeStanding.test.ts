import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { MetricsRegistry } from '@wadi/base/metrics'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { type Fault, NodeStatus } from '@wadi/consensus/registry'
import { Namespace, testNamespace } from '@wadi/primitives/namespace'
import { countRegistration } from './metrics.ts'
import { showStanding } from './nodeStanding.ts'

const [good, bad, gone] = ['good', 'bad', 'gone'].map((name) => testNamespace(toUtf8(name)))
const runtimes = [good!, bad!, gone!]

/** The values of all metrics, by name and label. */
function shown(status: Partial<NodeStatus>): ReadonlyMap<string, number> {
  const metrics = new MetricsRegistry()
  showStanding(countRegistration(metrics), make(NodeStatus, status), { epoch: 7n, runtimes })
  return new Map(
    metrics.collect().flatMap(({ metric, series }) =>
      series.map(({ labels, value }) => {
        const [label = ''] = labels
        return [`${metric.name?.replace('oasis_worker_node_', '')} ${label}`.trim(), value]
      }),
    ),
  )
}

describe('what the network holds against a node', () => {
  it('is whether it is frozen, and may be elected', () => {
    assert.equal(shown({}).get('status_frozen'), 0)
    assert.equal(shown({ freezeEndTime: 1n }).get('status_frozen'), 1)
    const eligible = [0n, 6n, 7n, 8n].map((electionEligibleAfter) =>
      shown({ electionEligibleAfter }).get('registration_eligible'),
    )
    assert.deepEqual(eligible, [0, 1, 0, 0])
  })

  it('is how often it failed a runtime, and whether it is left out for that', () => {
    const faults = keyedMap<Namespace, Fault | undefined>(Namespace, [
      [bad!, { failures: 3, suspendedUntil: 8n }],
      [gone!, { failures: 1, suspendedUntil: 7n }],
    ])
    const values = shown({ faults })
    const of = (metric: string) => runtimes.map((id) => values.get(`${metric} ${toHex(id)}`))
    assert.deepEqual(of('status_runtime_faults'), [0, 3, 1])
    assert.deepEqual(of('status_runtime_suspended'), [0, 1, 0])
  })
})
