import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, zero } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/control'
import { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { PublicKey } from '@wadi/primitives/publicKey'
import { createNodeApi, type NodeApi } from '../nodeApi.ts'
import type { NodeFacts } from '../nodeFacts.ts'
import { TestChain } from '../testing/testChain.ts'
import { testFacts, testLive } from '../testing/testFacts.ts'

function ask(api: NodeApi, name: string, request?: unknown, signal?: AbortSignal): unknown {
  const method = api.methods[name] ?? api.debugMethods[name]
  return method!.answer(request, signal === undefined ? {} : { signal })
}

function setUp(facts: Partial<NodeFacts> = {}) {
  const chain = new TestChain()
  const live = { ...testLive(), isSynced: false }
  chain.live = live
  const api = createNodeApi({ source: chain, facts: testFacts(facts) })
  return { chain, live, api, next: (epoch = 0n) => api.applied(chain.add({ epoch })) }
}

describe('the control of a node', () => {
  it('waits until the node is synced, and is ready then', async () => {
    const { api, live, next } = setUp()
    assert.equal(ask(api, 'NodeController/IsSynced'), false)
    const waiting = Promise.all([
      ask(api, 'NodeController/WaitSync'),
      ask(api, 'NodeController/WaitReady'),
    ])
    next()
    live.isSynced = true
    next()
    assert.deepEqual(await waiting, [undefined, undefined])
    assert.equal(ask(api, 'NodeController/IsReady'), true)
    assert.equal(await ask(api, 'NodeController/WaitSync'), undefined)
  })

  it('is ready when what the node does works', () => {
    let isReady = false
    const { api, live } = setUp({ isReady: () => isReady })
    live.isSynced = true
    assert.equal(ask(api, 'NodeController/IsReady'), false)
    isReady = true
    assert.equal(ask(api, 'NodeController/IsReady'), true)
  })

  it('stops waiting when nobody asks any more', async () => {
    const asker = new AbortController()
    const waiting = ask(setUp().api, 'NodeController/WaitSync', undefined, asker.signal)
    asker.abort()
    await assert.rejects(waiting as Promise<unknown>, { reason: 'grpc.canceled' })
  })

  it('waits for an epoch, which may have come already', async () => {
    const { api, next } = setUp()
    const waiting = ask(api, 'Beacon/WaitEpoch', 2n)
    next(1n)
    next(3n)
    assert.equal(await waiting, undefined)
    assert.equal(await ask(api, 'Beacon/WaitEpoch', 1n), undefined)
  })

  it('has the node do what it can, and says what it cannot', async () => {
    const done: unknown[] = []
    const { api } = setUp({
      shutdown: async () => {
        done.push('shutdown')
      },
      upgradeBinary: (descriptor) => done.push(descriptor),
    })
    const descriptor = zero(UpgradeDescriptor)
    await ask(api, 'NodeController/RequestShutdown', true)
    ask(api, 'NodeController/UpgradeBinary', descriptor)
    assert.deepEqual(done, ['shutdown', descriptor])

    const refusal = { module: 'control', code: 1, message: 'control: not implemented' }
    const none = setUp().api
    assert.throws(() => ask(none, 'NodeController/CancelUpgrade', descriptor), refusal)
    assert.throws(() => ask(none, 'NodeController/AddBundle', '/a'), refusal)
    const shutdown = ask(none, 'NodeController/RequestShutdown', false)
    await assert.rejects(shutdown as Promise<unknown>, refusal)
  })

  it('sets no epoch in an archive', async () => {
    const { api, chain, next } = setUp()
    next()
    chain.live = undefined
    const asked = ask(api, 'DebugController/SetEpoch', 2n)
    await assert.rejects(asked as Promise<unknown>, { module: 'consensus', code: 4 })
  })

  it('waits for nodes that register', async () => {
    const { api, next } = setUp()
    next()
    assert.equal(await ask(api, 'DebugController/WaitNodesRegistered', 0n), undefined)
    const asker = new AbortController()
    const waiting = ask(api, 'DebugController/WaitNodesRegistered', 1n, asker.signal)
    next()
    asker.abort()
    await assert.rejects(waiting as Promise<unknown>, { reason: 'grpc.canceled' })
  })
})

describe('the status of a node', () => {
  it('can be told before the first block', () => {
    const { api } = setUp()
    const status = ask(api, 'NodeController/GetStatus') as Status
    assert.equal(status.consensus?.latestHeight, 0n)
    assert.equal(status.consensus.status, 1)
    assert.equal(status.consensus.features, 3)
    assert.ok(encode(Status, status).length > 0)
  })

  it('can be told when the last block is damaged', () => {
    const { chain, next } = setUp()
    next()
    const blocks = { ...chain.blocks, base: 1n, height: 1n, loadBlock: () => undefined }
    const stateAt = (height: bigint) => chain.stateAt(height)
    const source = { ...chain, blocks, lastHeight: 1n, stateAt }
    const api = createNodeApi({ source, facts: testFacts() })
    const status = ask(api, 'Consensus/GetStatus') as NonNullable<Status['consensus']>
    assert.equal(status.latestHeight, 0n)
    assert.equal(status.lastRetainedHeight, 1n)
  })

  it('says where the chain is, and whether the node validates', () => {
    const { chain, live, next } = setUp()
    live.isSynced = true
    next(4n)
    const consensus = PublicKey.check(chain.signed.keys[0]!.publicKey)
    const identity = { ...testFacts().identity, consensus }
    const api = createNodeApi({ source: chain, facts: testFacts({ identity }) })
    const status = ask(api, 'Consensus/GetStatus') as NonNullable<Status['consensus']>
    assert.equal(status.latestHeight, 1n)
    assert.equal(status.latestEpoch, 4n)
    assert.deepEqual(status.genesisHash, status.latestHash)
    assert.equal(status.isValidator, true)
    assert.equal(status.status, 0)
    const other = createNodeApi({ source: chain, facts: testFacts() })
    assert.equal((ask(other, 'Consensus/GetStatus') as typeof status).isValidator, false)
  })
})
