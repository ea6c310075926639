import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Genesis, NodeStatus } from '@wadi/consensus/registry'
import * as keys from '@wadi/consensus/registry/keys'
import { stakingAddress } from '@wadi/primitives/address'
import { NodeRuntime } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { Context } from '../kernel/context.ts'
import { erase } from '../kernel/state.ts'
import { accountOf } from '../staking/queries.ts'
import {
  computeRuntime,
  deployment,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  nodeSigners,
  registryContext,
  signedEntity,
  signedNode,
  TEST_PARAMETERS,
  toldEvents,
} from '../testing/testRegistry.ts'
import { exportGenesis, initChain } from './genesis.ts'
import { nodeStatusOf, runtimeOf, suspendedRuntimeOf } from './queries.ts'

const alice = entitySigner('alice')
const signers = nodeSigners('one')
const others = nodeSigners('two')
const entity = signedEntity(alice, [keyOf(signers.id), keyOf(others.id)])
const keyManager = keyManagerRuntime()
const runtime = computeRuntime({ keyManager: keyManager.id })
const compute = {
  roles: ROLES.compute,
  runtimes: [make(NodeRuntime, { id: runtime.id, version: deployment().version })],
}
const full = make(Genesis, {
  params: TEST_PARAMETERS,
  entities: [entity],
  runtimes: [runtime, keyManager],
  nodes: [signedNode(signers), signedNode(others, compute)],
})

/** A chain in whose first state the document's registry was put. */
function begin(registry: Genesis): Context {
  const ctx = registryContext({ mode: 'initChain', lastHeight: 0n })
  initChain(ctx, { document: make(GenesisDocument, { registry }), validators: [] })
  return ctx
}

function statuses(status: NodeStatus | undefined) {
  return keyedMap<PublicKey, NodeStatus | undefined>(PublicKey, [[keyOf(signers.id), status]])
}

describe("the registry's part of the genesis document", () => {
  it('registers entities, key managers, other runtimes and nodes, in this order', () => {
    const ctx = begin(full)
    const told = ['entity', 'runtime_started', 'runtime_started', 'node', 'node']
    assert.deepEqual(toldEvents(ctx), told)
    assert.deepEqual(runtimeOf(ctx.state, runtime.id), runtime)
    const { claims } = accountOf(ctx.state, stakingAddress(keyOf(alice))).escrow.stakeAccumulator
    assert.equal(claims.size, 5)
  })

  it('starts suspended runtimes and suspends them, until a node of the document resumes them', () => {
    const suspended = { ...full, runtimes: [keyManager], suspendedRuntimes: [runtime] }
    const alone = begin({ ...suspended, nodes: [signedNode(signers)] })
    assert.deepEqual(suspendedRuntimeOf(alone.state, runtime.id), runtime)
    assert.deepEqual(toldEvents(alone).slice(2), ['runtime_started', 'runtime_suspended', 'node'])
    assert.deepEqual(runtimeOf(begin(suspended).state, runtime.id), runtime)
  })

  it('replaces the statuses of new nodes', () => {
    const status = make(NodeStatus, { freezeEndTime: 7n })
    const ctx = begin({ ...full, nodeStatuses: statuses(status) })
    assert.deepEqual(nodeStatusOf(ctx.state, keyOf(signers.id)), status)
  })

  it('may have no null in it', () => {
    const plain = { module: 'unknown', code: 1, reason: 'registryGenesis.nullElement' }
    for (const part of [
      { entities: [undefined] },
      { runtimes: [undefined] },
      { suspendedRuntimes: [undefined] },
      { nodes: [undefined] },
      { nodeStatuses: statuses(undefined) },
    ])
      assert.throws(() => begin({ ...full, ...part }), plain)
  })

  it('is refused if anything in it is', () => {
    const deployments = [11n, 12n].map((validFrom, i) =>
      deployment({ version: { major: i, minor: 0, patch: 0 }, validFrom }),
    )
    const twice = { ...full, runtimes: [keyManager, { ...runtime, deployments }] }
    assert.throws(() => begin(twice), { module: 'registry', code: 1 })
    const disabled = { ...TEST_PARAMETERS, disableRuntimeRegistration: true }
    assert.throws(() => begin({ ...full, params: disabled }), { module: 'registry', code: 16 })
    assert.throws(() => begin({ ...full, entities: [] }), { module: 'registry', code: 9 })
  })

  it('comes back from the state, but for the nodes that do not validate', () => {
    const { state } = begin(full)
    const status = nodeStatusOf(state, keyOf(signers.id))
    const exported = exportGenesis(state)
    assert.deepEqual(exported.nodes, [signedNode(signers)])
    assert.deepEqual([...exported.nodeStatuses], [[keyOf(signers.id), status]])
    assert.deepEqual(exported.params, TEST_PARAMETERS)
    // Every node has one; the reference does not go on without it either.
    erase(state, keys.nodeStatuses, keyOf(signers.id))
    const noStatus = { module: 'unknown', code: 1, reason: 'registryGenesis.noStatus' }
    assert.throws(() => exportGenesis(state), noStatus)
    assert.deepEqual(exported.entities, [entity])
    assert.equal(exported.runtimes.length, 2)
    const again = begin(exported).state
    assert.deepEqual(exportGenesis(again), exported)
  })
})
