import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { NodeStatus } from '@wadi/consensus/registry'
import type { Subscriber } from '../kernel/bus.ts'
import {
  computeRuntime,
  keyOf,
  nodeSigners,
  putRuntime,
  type RegistryOptions,
  registryContext,
  toldEvents,
} from '../testing/testRegistry.ts'
import { hasLatestRules, resumeRuntime, setNodeStatus, suspendRuntime } from './actions.ts'
import { nodeStatusOf, runtimeOf, suspendedRuntimeOf } from './queries.ts'

const runtime = computeRuntime()

function context(options: RegistryOptions = {}) {
  const ctx = registryContext(options)
  putRuntime(ctx.state, runtime)
  return ctx
}

describe('what others do to the registry', () => {
  it('suspends a runtime that runs, and tells it', () => {
    const ctx = context()
    suspendRuntime(ctx, runtime.id)
    assert.equal(runtimeOf(ctx.state, runtime.id), undefined)
    assert.deepEqual(suspendedRuntimeOf(ctx.state, runtime.id), runtime)
    assert.deepEqual(toldEvents(ctx), ['runtime_suspended'])
    assert.throws(() => suspendRuntime(ctx, runtime.id), { module: 'registry', code: 11 })
  })

  it('resumes a runtime only if it is suspended, asking others before it is told', () => {
    const asked: number[] = []
    const runtimeResumed: Subscriber<'runtimeResumed'> = ({ events }) => {
      asked.push(events.length)
      return undefined
    }
    const ctx = context({ subscribers: [{ subscriptions: { runtimeResumed } }] })
    resumeRuntime(ctx, runtime)
    assert.deepEqual(asked, [])
    suspendRuntime(ctx, runtime.id)
    resumeRuntime(ctx, runtime)
    assert.deepEqual(asked, [1])
    assert.deepEqual(runtimeOf(ctx.state, runtime.id), runtime)
    assert.deepEqual(toldEvents(ctx), ['runtime_suspended', 'runtime_started'])
  })

  it('replaces the status of a node', () => {
    const { state } = context()
    const status = make(NodeStatus, { freezeEndTime: 5n })
    const id = keyOf(nodeSigners('one').id)
    setNodeStatus(state, id, status)
    assert.deepEqual(nodeStatusOf(state, id), status)
  })

  it('goes by the latest rules in the first state, and else by the parameters', () => {
    const of = (options: RegistryOptions) => hasLatestRules(context(options))
    assert.equal(of({}), true)
    assert.equal(of({ features: 'before-26.1' }), false)
    assert.equal(of({ features: 'before-26.1', mode: 'initChain' }), true)
  })
})
