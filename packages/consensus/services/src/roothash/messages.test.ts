import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make, zero } from '@wadi/cbor/codec'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { TxnSchedulerParameters } from '@wadi/consensus/registry/runtime'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import * as keys from '@wadi/consensus/roothash/keys'
import { ParameterChanges } from '@wadi/consensus/roothash/parameterChanges'
import { testNamespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { has, write } from '../kernel/state.ts'
import { nodeStatusOf } from '../registry/queries.ts'
import { freshStatistics } from './liveness.ts'
import { subscriptions } from './messages.ts'
import { parametersOf, pastRoundRootsOf, runtimeStateOf } from './queries.ts'
import {
  costs,
  nodeId,
  RUNTIME_ID,
  runtimeAtWork,
  standing,
  type TestRuntimeOptions,
  testHash,
  testRuntime,
  toldKinds,
} from './testing/testRuntime.ts'

const NEW_ID = testNamespace(new Uint8Array(1))
const genesis = { stateRoot: testHash('start'), round: 30n }

const refused = (code: number) => ({ module: 'roothash', code })
const plain = { module: 'unknown', code: 1 }

describe('a new runtime', () => {
  const runtime = testRuntime({ runtime: { id: NEW_ID, genesis } })

  it('begins suspended, with a block where its descriptor says', () => {
    const ctx = runtimeAtWork()
    subscriptions.runtimeRegistered!(ctx, runtime)
    const began = runtimeStateOf(ctx.state, NEW_ID)!
    assert.equal(began.suspended, true)
    const { round, stateRoot, headerType, timestamp, namespace } = began.genesisBlock.header
    assert.deepEqual([round, stateRoot, namespace], [30n, genesis.stateRoot, NEW_ID])
    assert.deepEqual([headerType, timestamp], [HEADER_TYPES.normal, 1_600_000_000n])
    assert.deepEqual(began.lastBlock, began.genesisBlock)
    assert.deepEqual(
      [began.lastBlockHeight, began.lastNormalHeight, began.lastNormalRound],
      [11n, 11n, 30n],
    )
    assert.deepEqual(
      [began.committee, began.commitmentPool, began.timeout],
      [undefined, undefined, 0n],
    )
    assert.equal(has(ctx.state, keys.lastRoundResults, NEW_ID), false)
    assert.deepEqual(toldKinds(ctx), ['finalized'])
  })

  it('begins once', () => {
    const ctx = runtimeAtWork()
    const before = standing(ctx)
    subscriptions.runtimeRegistered!(ctx, testRuntime({ runtime: { genesis } }))
    assert.deepEqual(standing(ctx), before)
    assert.deepEqual(ctx.events, [])
  })

  it('has no rounds if it is a key manager, and has to wait in the genesis document', () => {
    const ctx = runtimeAtWork()
    subscriptions.runtimeRegistered!(ctx, { ...runtime, kind: 2 })
    subscriptions.runtimeRegistered!({ ...ctx, mode: 'initChain' }, runtime)
    assert.equal(runtimeStateOf(ctx.state, NEW_ID), undefined)
  })
})

describe('a changed runtime', () => {
  it('may ask for as many messages as the parameters allow', () => {
    const ctx = runtimeAtWork({ params: { maxRuntimeMessages: 3, maxInRuntimeMessages: 5 } })
    const changed = (maxMessages: number, maxInMessages: number) => {
      const txnScheduler = make(TxnSchedulerParameters, { maxInMessages })
      return testRuntime({ executor: { maxMessages }, runtime: { txnScheduler } })
    }
    subscriptions.runtimeUpdated!(ctx, changed(3, 5))
    assert.throws(() => subscriptions.runtimeUpdated!(ctx, changed(4, 6)), refused(7))
    assert.throws(() => subscriptions.runtimeUpdated!(ctx, changed(3, 6)), refused(13))
    subscriptions.runtimeUpdated!({ ...ctx, mode: 'initChain' }, changed(4, 6))
  })

  it('that runs again has to wait for its next committee', () => {
    const ctx = runtimeAtWork({ state: { suspended: true } })
    assert.equal(subscriptions.runtimeResumed!(ctx, testRuntime()), undefined)
    assert.equal(standing(ctx).suspended, true)
  })
})

describe('the time before an election', () => {
  it('is when the workers of all compute runtimes are judged', () => {
    const livenessStats = { ...freshStatistics(6), totalRounds: 1n }
    const executor = { minLiveRoundsPercent: 100 }
    const ctx = runtimeAtWork({ executor, state: { livenessStats } })
    const keyManager = testRuntime({ runtime: { id: NEW_ID, kind: 2 } })
    write(ctx.state, registryKeys.runtimes, [NEW_ID], keyManager)
    assert.equal(subscriptions.beforeSchedule!(ctx, 4n), undefined)
    const fault = nodeStatusOf(ctx.state, nodeId('a'))?.faults.get(RUNTIME_ID)
    assert.deepEqual(fault, { failures: 1, suspendedUntil: 6n })
  })
})

describe("changes of roothash's parameters", () => {
  function ask(
    ctx: Context,
    changes: Partial<ParameterChanges> | Uint8Array,
    kind: 'validateParameterChanges' | 'changeParameters' = 'changeParameters',
    module = 'roothash',
  ) {
    const bytes =
      changes instanceof Uint8Array
        ? changes
        : encode(ParameterChanges, { ...zero(ParameterChanges), ...changes })
    return subscriptions[kind]!(ctx, { module, changes: bytes })
  }

  const network = (options: TestRuntimeOptions = {}) =>
    runtimeAtWork({ ...options, context: { mode: 'endBlock', ...options.context } })

  it('replace what they name and leave the rest', () => {
    const ctx = network({ params: { maxEvidenceAge: 1n, maxRuntimeMessages: 2 } })
    const gasCosts = costs({ submit_msg: 4n })
    assert.equal(ask(ctx, { gasCosts, maxEvidenceAge: 9n }), 'understood')
    const params = parametersOf(ctx.state)
    assert.equal(params.gasCosts.get('submit_msg'), 4n)
    assert.deepEqual([params.maxEvidenceAge, params.maxRuntimeMessages], [9n, 2])
    ask(ctx, { maxRuntimeMessages: 5, maxInRuntimeMessages: 6, maxPastRootsStored: 7n })
    const later = parametersOf(ctx.state)
    assert.deepEqual([later.maxRuntimeMessages, later.maxInRuntimeMessages], [5, 6])
    assert.equal(later.maxPastRootsStored, 7n)
  })

  it('drop past roots that are too many now', () => {
    const ctx = network({ params: { maxPastRootsStored: 7n } })
    assert.equal(pastRoundRootsOf(ctx.state, RUNTIME_ID).length, 1)
    ask(ctx, { maxPastRootsStored: 1n })
    assert.equal(pastRoundRootsOf(ctx.state, RUNTIME_ID).length, 1)
    ask(ctx, { maxPastRootsStored: 0n })
    assert.equal(pastRoundRootsOf(ctx.state, RUNTIME_ID).length, 0)
  })

  it('are only looked at before they are decided upon', () => {
    const ctx = network({ params: { maxPastRootsStored: 7n } })
    const before = parametersOf(ctx.state)
    assert.equal(ask(ctx, { maxPastRootsStored: 0n }, 'validateParameterChanges'), 'understood')
    assert.deepEqual(parametersOf(ctx.state), before)
    assert.equal(pastRoundRootsOf(ctx.state, RUNTIME_ID).length, 1)
  })

  it('of other services are not for roothash', () => {
    assert.equal(ask(network(), {}, 'changeParameters', 'staking'), undefined)
  })

  it('are refused if they change nothing, are no changes, or leave what is unsafe', () => {
    assert.throws(() => ask(network(), {}), plain)
    assert.throws(() => ask(network(), Uint8Array.of(0x01)), plain)
    for (const params of [{ debugBypassStake: true }, { debugDoNotSuspendRuntimes: true }]) {
      assert.throws(() => ask(network({ params }), { maxEvidenceAge: 1n }), plain)
      const debug = network({ params, context: { isDebug: true } })
      assert.equal(ask(debug, { maxEvidenceAge: 1n }), 'understood')
    }
  })
})
