import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make, zero } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/keymanager'
import { NodeList } from '@wadi/consensus/registry/api'
import { NodeEvent } from '@wadi/consensus/registry/events'
import { Runtime } from '@wadi/consensus/registry/runtime'
import { Committee, CommitteeKind, CommitteeNode } from '@wadi/consensus/scheduler/committee'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import { Namespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { WATCH_AGAIN_MS } from '../limits.ts'
import { ToldNode } from '../testing/toldNode.ts'
import { ChainWatch } from './chainWatch.ts'
import { PeerTable } from './peerTable.ts'

const id = (fill: number) => PublicKey.check(new Uint8Array(32).fill(fill))
/** The key by which a node is known in the network of runtimes. */
const p2p = (fill: number) => id(100 + fill)
const namespace = (last: number) => Namespace.check(new Uint8Array(32).fill(last, 31))
const [runtimeId, keymanagerId, otherId] = [namespace(1), namespace(2), namespace(3)]

function nodeOf(fill: number, key = p2p(fill)): Node {
  return { ...zero(Node), v: 3, id: id(fill), p2p: { ...zero(Node).p2p, id: key } }
}

function scene() {
  const told: string[] = []
  const names = (keys: readonly PublicKey[]) => keys.map((key) => key[0]).join()
  const network: Pick<RuntimeNetwork, 'replaceNodes' | 'updateNode' | 'setImportant'> = {
    replaceNodes: (nodes) => void told.push(`all ${names(nodes.map((node) => node.p2p.id))}`),
    updateNode: (node) => void told.push(`one ${node.p2p.id[0]}`),
    setImportant: (kind, runtime, keys) => void told.push(`${kind} ${runtime[31]}: ${names(keys)}`),
  }
  const failures: unknown[] = []
  const time = new VirtualTime()
  const node = new ToldNode()
  const log = createLogger('test', SILENT)
  const onFatal = (error: unknown) => void failures.push(error)
  const chain = new ChainWatch({ node, timers: time, log, onFatal })
  const table = new PeerTable(network)
  chain.whenSynced(() => table.follow(chain))
  const members = (fills: readonly number[]) =>
    fills.map((fill) => make(CommitteeNode, { publicKey: id(fill) }))
  return {
    told,
    failures,
    time,
    node,
    chain,
    table,
    list: (...fills: number[]) =>
      node.tell('Registry/WatchNodeList', NodeList, { nodes: fills.map((fill) => nodeOf(fill)) }),
    register: (registered: Node, isRegistration = true) =>
      node.tell('Registry/WatchNodes', NodeEvent, { node: registered, isRegistration }),
    elect: (runtime: Namespace, ...fills: number[]) =>
      node.tell(
        'Scheduler/WatchCommittees',
        Committee,
        make(Committee, {
          kind: CommitteeKind.names.executor,
          runtimeId: runtime,
          members: members(fills),
        }),
      ),
    run: (runtime: Namespace, keyManager?: Namespace) =>
      node.tell('Registry/WatchRuntimes', Runtime, {
        ...zero(Runtime),
        v: 3,
        id: runtime,
        keyManager,
      }),
    manage: (runtime: Namespace, ...fills: number[]) =>
      node.tell('KeyManager/WatchStatuses', Status, {
        ...zero(Status),
        id: runtime,
        nodes: fills.map(id),
      }),
  }
}

describe('the nodes of the registry', () => {
  it('are told when the node has caught up, and all again whenever an epoch begins', async () => {
    const { node, told, list, register } = scene()
    assert.equal(node.heardBy('Registry/WatchNodeList'), 0)
    await node.catchUp()
    list(1, 2)
    register(nodeOf(3))
    register(nodeOf(1), false)
    list(2)
    assert.deepEqual(told, ['all 101,102', 'one 103', 'all 102'])
  })

  it('are heard again a while after a stream broke off', async () => {
    const { node, time, told, list, failures } = scene()
    await node.catchUp()
    node.breakOff('Registry/WatchNodeList', new UnavailableError('x', 'the disk is gone'))
    time.advance(WATCH_AGAIN_MS - 1)
    assert.equal(node.heardBy('Registry/WatchNodeList'), 0)
    time.advance(1)
    list(1)
    assert.deepEqual(told, ['all 101'])
    assert.deepEqual(failures, [])
    node.breakOff('Registry/WatchNodes', new TypeError('ours'))
    assert.equal(failures.length, 1)
  })

  it('are told of no more when everything ends, also while something is waited for', async () => {
    const { node, chain, time, told, list } = scene()
    await node.catchUp()
    node.breakOff('Registry/WatchNodes', new UnavailableError('x', 'y'))
    chain.stop()
    list(1)
    assert.deepEqual(told, [])
    assert.equal(time.pending, 0)
    const early = scene()
    early.chain.stop()
    await early.node.catchUp()
    assert.equal(early.node.heardBy('Registry/WatchNodeList'), 0)
  })
})

describe('who must not be lost', () => {
  it('is the committee of a runtime that the node has to do with', async () => {
    const { node, told, list, elect, table } = scene()
    await node.catchUp()
    list(1, 2, 3)
    table.keepRuntime(runtimeId)
    elect(runtimeId, 1, 3)
    elect(otherId, 2)
    elect(runtimeId, 2)
    assert.deepEqual(told, ['all 101,102,103', 'compute 1: 101,103', 'compute 1: 102'])
  })

  it('is whoever was elected before the node had to do with it, too', async () => {
    const { node, told, list, elect, table } = scene()
    await node.catchUp()
    elect(runtimeId, 1)
    list(1)
    table.keepRuntime(runtimeId)
    assert.deepEqual(told, ['all 101', 'compute 1: 101'])
  })

  it('is known by its new key after it registered anew', async () => {
    const { node, told, list, elect, register, table } = scene()
    await node.catchUp()
    table.keepRuntime(runtimeId)
    list(1)
    elect(runtimeId, 1)
    register(nodeOf(1))
    register(nodeOf(1, id(200)))
    const later = ['one 101', 'one 200', 'compute 1: 200']
    assert.deepEqual(told, ['all 101', 'compute 1: 101', ...later])
  })

  it('is the key manager of such a runtime, or the key manager itself', async () => {
    const { node, told, list, run, manage, table } = scene()
    await node.catchUp()
    list(1, 2)
    table.keepRuntime(runtimeId)
    manage(keymanagerId, 1, 2)
    run(runtimeId, keymanagerId)
    assert.deepEqual(told, ['all 101,102', 'keymanager 2: 101,102'])
    const own = scene()
    await own.node.catchUp()
    own.list(1)
    own.table.keepRuntime(keymanagerId)
    own.manage(keymanagerId, 1)
    own.manage(otherId, 1)
    assert.deepEqual(own.told, ['all 101', 'keymanager 2: 101'])
  })
})
