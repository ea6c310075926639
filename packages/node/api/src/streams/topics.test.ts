import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { Status as ChurpStatus } from '@wadi/consensus/churp'
import { SignedEncryptedMasterSecret, Status } from '@wadi/consensus/keymanager'
import { RUNTIME_VERSION, Runtime } from '@wadi/consensus/registry/runtime'
import { Parameters, RuntimeState } from '@wadi/consensus/roothash'
import { type Block, Header } from '@wadi/consensus/roothash/block'
import { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { Committee, CommitteeKind } from '@wadi/consensus/scheduler/committee'
import { committees } from '@wadi/consensus/scheduler/keys'
import { write } from '@wadi/consensus-services/kernel/state'
import { writeRoothash } from '@wadi/consensus-services/testing/writtenState'
import type { Tree } from '@wadi/mkvs/tree'
import { ENTITY_VERSION, Entity } from '@wadi/primitives/entity'
import { testNamespace } from '@wadi/primitives/namespace'
import { NODE_VERSION, Node } from '@wadi/primitives/node'
import { ChainViews } from '../chainViews.ts'
import { storedEvent, TestChain } from '../testing/testChain.ts'
import { topicsOf } from './topics.ts'

const runtimeId = testNamespace(Uint8Array.of(1))
const otherId = testNamespace(Uint8Array.of(2))
const beside = { key: 'runtime_id', value: toBase64(runtimeId), index: false }

/** What a topic tells of the last block, and what it tells somebody first. */
function told(chain: TestChain, name: string): unknown[] {
  const view = new ChainViews(chain).at(0n)
  return Array.from(topicsOf(chain)[name]!.told(view), ({ item }) => item)
}

function first(chain: TestChain, name: string, request?: unknown): unknown[] {
  const topic = topicsOf(chain)[name]!
  return Array.from(topic.first?.(new ChainViews(chain).at(0n), request) ?? [])
}

describe('what is told of nodes and entities', () => {
  const type = 'oasis_event_200_registry'
  const node = { ...zero(Node), v: NODE_VERSION }
  const entity = { ...zero(Entity), v: ENTITY_VERSION }
  const runtime = { ...zero(Runtime), v: RUNTIME_VERSION }
  const list = { type, attributes: [{ key: 'node_list_epoch', value: '1', index: false }] }
  const chain = new TestChain()
  chain.add({
    events: [
      storedEvent(type, 'entity', { entity, isRegistration: true }),
      storedEvent(type, 'node', { node, isRegistration: false }),
      storedEvent(type, 'runtime_started', { runtime }),
      list,
    ],
  })

  it('is each as its own stream has it, and all among the events', () => {
    assert.deepEqual(told(chain, 'Registry/WatchEntities'), [{ entity, isRegistration: true }])
    assert.deepEqual(told(chain, 'Registry/WatchNodes'), [{ node, isRegistration: false }])
    assert.deepEqual(told(chain, 'Registry/WatchRuntimes'), [runtime])
    assert.equal(told(chain, 'Registry/WatchEvents').length, 3)
  })

  it('begins with the nodes and runtimes that there are, but with no event', () => {
    assert.deepEqual(first(chain, 'Registry/WatchNodeList'), [{ nodes: [] }])
    assert.deepEqual(told(chain, 'Registry/WatchNodeList'), [{ nodes: [] }])
    for (const name of ['WatchNodes', 'WatchEntities', 'WatchEvents', 'WatchRuntimes'])
      assert.deepEqual(first(chain, `Registry/${name}`), [], name)
  })
})

describe('what is told of committees', () => {
  it('is those that there are, and those of the kinds that were elected', () => {
    const chain = new TestChain()
    const kind = CommitteeKind.names.executor
    const committee = make(Committee, { kind, runtimeId })
    const writeState = (tree: Tree) => write(tree, committees, [kind, runtimeId], committee)
    chain.add({ writeState })
    assert.deepEqual(first(chain, 'Scheduler/WatchCommittees'), [committee])
    assert.deepEqual(told(chain, 'Scheduler/WatchCommittees'), [])
    const events = [storedEvent('oasis_event_200_scheduler', 'elected', { kinds: [kind] })]
    chain.add({ writeState, events })
    assert.deepEqual(told(chain, 'Scheduler/WatchCommittees'), [committee])
  })
})

describe('what is told of the rounds of a runtime', () => {
  const type = 'oasis_event_999_roothash'
  const blockOf = (round: bigint): Block => ({
    header: { ...zero(Header), namespace: runtimeId, round },
  })
  const standing = (round: bigint) => (tree: Tree) =>
    writeRoothash(tree, zero(Parameters), [
      {
        ...zero(RuntimeState),
        runtime: { ...zero(Runtime), id: runtimeId },
        genesisBlock: blockOf(0n),
        lastBlock: blockOf(round),
        lastBlockHeight: 1n,
      },
    ])

  it('begins with the last block, if there is such a runtime', () => {
    const chain = new TestChain()
    chain.add({ writeState: standing(3n) })
    const last = { consensusHeight: 1n, block: blockOf(3n) }
    assert.deepEqual(first(chain, 'RootHash/WatchBlocks', runtimeId), [last])
    assert.deepEqual(first(chain, 'RootHash/WatchBlocks', otherId), [])
  })

  it('is the block of a round that ends, and no event of it', () => {
    const chain = new TestChain()
    const ends = [3n, 4n].map((round) => storedEvent(type, 'finalized', { round }, beside))
    const commit = zero(ExecutorCommitment)
    const events = [storedEvent(type, 'executor_commit', { commit }, beside), ...ends]
    chain.add({ writeState: standing(4n), events })
    // Of the earlier round nothing is left in the state.
    assert.deepEqual(told(chain, 'RootHash/WatchBlocks'), [
      { consensusHeight: 1n, block: blockOf(4n) },
    ])
    const [event, ...more] = told(chain, 'RootHash/WatchEvents') as { runtimeId: unknown }[]
    assert.deepEqual(event!.runtimeId, runtimeId)
    assert.deepEqual(more, [])
    assert.deepEqual(told(chain, 'RootHash/WatchExecutorCommitments'), [commit])
  })

  it('is for those who watch this runtime', () => {
    const chain = new TestChain()
    chain.add({
      events: [storedEvent(type, 'executor_commit', { commit: zero(ExecutorCommitment) }, beside)],
    })
    const topic = topicsOf(chain)['RootHash/WatchEvents']!
    const [only] = Array.from(topic.told(new ChainViews(chain).at(0n)))
    const to = only?.to
    assert.equal(to, topic.nameOf!(runtimeId))
    assert.notEqual(to, topic.nameOf!(otherId))
  })
})

describe('what is told of key managers', () => {
  it('is each status and secret, by both names of the service', () => {
    const type = 'oasis_event_999_keymanager'
    const [status, secret] = [zero(Status), zero(SignedEncryptedMasterSecret)]
    const scheme = zero(ChurpStatus)
    const chain = new TestChain()
    chain.add({
      events: [
        storedEvent(type, 'status', { statuses: [status, undefined] }),
        storedEvent(type, 'master_secret', { secret }),
        storedEvent(type, 'keymanager/churp.create', { status: scheme }),
        storedEvent(type, 'keymanager/churp.update', { status: undefined }),
      ],
    })
    for (const service of ['KeyManager', 'KeyManager.Secrets']) {
      assert.deepEqual(told(chain, `${service}/WatchStatuses`), [status])
      assert.deepEqual(told(chain, `${service}/WatchMasterSecrets`), [secret])
      assert.deepEqual(told(chain, `${service}/WatchEphemeralSecrets`), [])
      assert.deepEqual(first(chain, `${service}/WatchStatuses`), [])
    }
    assert.deepEqual(told(chain, 'KeyManager.Churp/WatchStatuses'), [scheme])
  })
})

describe('what is told of the chain', () => {
  it('is each block, and each epoch after the one that it is', () => {
    const chain = new TestChain()
    chain.add({ epoch: 4n })
    assert.deepEqual(first(chain, 'Beacon/WatchEpochs'), [4n])
    assert.deepEqual(first(chain, 'Consensus/WatchBlocks'), [])
    assert.deepEqual(told(chain, 'Beacon/WatchEpochs'), [])
    const events = [storedEvent('oasis_event_000_beacon', 'epoch', { epoch: 5n })]
    chain.add({ epoch: 5n, events })
    assert.deepEqual(told(chain, 'Beacon/WatchEpochs'), [5n])
    const [block] = told(chain, 'Consensus/WatchBlocks') as { height: bigint }[]
    assert.equal(block!.height, 2n)
  })
})
