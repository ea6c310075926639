import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { Genesis, type GenesisRuntimeState, Parameters } from '@wadi/consensus/roothash'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import * as keys from '@wadi/consensus/roothash/keys'
import { MessageEvent } from '@wadi/consensus/roothash/messages'
import { Namespace, testNamespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { has, write } from '../kernel/state.ts'
import { testContext } from '../testing/testContext.ts'
import { exportGenesis, initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { lastRoundResultsOf, parametersOf, runtimeStateOf } from './queries.ts'
import { testHash, testRuntime, toldKinds } from './testing/testRuntime.ts'

const [active, suspended, keyManager] = [1, 2, 3].map((n) => testNamespace(Uint8Array.of(n)))
const genesis = { stateRoot: testHash('descriptor'), round: 3n }

/** A chain that begins with a runtime that runs, one that does not, and a key manager. */
function begun(states: readonly (readonly [Namespace, GenesisRuntimeState])[] = []): Context {
  const ctx = testContext({ mode: 'initChain', lastHeight: 0n, initialHeight: 100n })
  const put = (table: typeof registryKeys.runtimes, id: Namespace, kind: number) =>
    write(ctx.state, table, [id], testRuntime({ runtime: { id, kind, genesis } }))
  put(registryKeys.runtimes, active!, 1)
  put(registryKeys.suspendedRuntimes as never, suspended!, 1)
  put(registryKeys.runtimes, keyManager!, 2)
  const params = make(Parameters, { maxEvidenceAge: 9n, maxPastRootsStored: 2n })
  const roothash = make(Genesis, { params, runtimeStates: keyedMap(Namespace, states) })
  initChain(ctx, { document: make(GenesisDocument, { roothash }), validators: [] })
  return ctx
}

function beginningOf(ctx: Context, id: Namespace | undefined) {
  const runtimeState = runtimeStateOf(ctx.state, id!)
  assert(runtimeState !== undefined)
  return runtimeState
}

const restored = (messageResults: GenesisRuntimeState['messageResults'] = []) => ({
  stateRoot: testHash('document'),
  round: 50n,
  messageResults,
})

describe("roothash's genesis", () => {
  it('begins every compute runtime where its descriptor says, as suspended', () => {
    const ctx = begun()
    assert.equal(parametersOf(ctx.state).maxEvidenceAge, 9n)
    for (const id of [active, suspended]) {
      const state = beginningOf(ctx, id)
      assert.equal(state.suspended, true)
      assert.deepEqual([state.lastBlockHeight, state.lastNormalHeight], [100n, 100n])
      const { round, stateRoot, headerType, timestamp } = state.lastBlock.header
      assert.deepEqual([round, stateRoot], [3n, genesis.stateRoot])
      // COMPAT(oasis-core): a suspended runtime is shown so only if it goes on from a document.
      assert.equal(headerType, HEADER_TYPES.normal)
      assert.equal(timestamp, 1_600_000_000n)
      assert.equal(has(ctx.state, keys.lastRoundResults, id!), false)
    }
    assert.equal(runtimeStateOf(ctx.state, keyManager!), undefined)
    assert.deepEqual(toldKinds(ctx), ['finalized', 'finalized'])
    assert.deepEqual([...violations(ctx.state)], [])
  })

  it('goes on where the document says', () => {
    const result = make(MessageEvent, { module: 'staking', code: 5, result: Uint8Array.of(0xf6) })
    const ctx = begun([
      [active!, restored([result])],
      [suspended!, restored()],
      [keyManager!, restored()],
    ])
    for (const id of [active, suspended]) {
      const { lastBlock, lastNormalRound } = beginningOf(ctx, id)
      assert.deepEqual([lastBlock.header.round, lastNormalRound], [50n, 50n])
      assert.deepEqual(lastBlock.header.stateRoot, testHash('document'))
    }
    assert.equal(beginningOf(ctx, active).lastBlock.header.headerType, HEADER_TYPES.normal)
    assert.equal(beginningOf(ctx, suspended).lastBlock.header.headerType, HEADER_TYPES.suspended)
    assert.deepEqual(lastRoundResultsOf(ctx.state, active!).messages, [result])
    assert.equal(has(ctx.state, keys.lastRoundResults, suspended!), true)
    assert.equal(has(ctx.state, keys.lastRoundResults, keyManager!), false)
  })

  it('gives a document from which the next chain goes on', () => {
    const result = make(MessageEvent, { result: Uint8Array.of(0x01) })
    const states = [
      [active!, restored([result])],
      [suspended!, restored()],
    ] as const
    const exported = exportGenesis(begun(states).state)
    assert.deepEqual([...exported.runtimeStates].length, 2)
    assert.deepEqual(exported.runtimeStates.get(active!), restored([result]))
    assert.deepEqual(exported.runtimeStates.get(suspended!), restored())
    assert.equal(exported.params.maxEvidenceAge, 9n)
    const begunAnew = exportGenesis(begun().state).runtimeStates.get(active!)
    assert.deepEqual(begunAnew, { ...genesis, messageResults: [] })
  })
})
