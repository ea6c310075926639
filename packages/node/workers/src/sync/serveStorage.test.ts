import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import { MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { RUNTIME_SERVICES, runtimeProtocolOf } from '@wadi/libp2p/names'
import { Arena } from '@wadi/mkvs/arena'
import { finishRestore, restoreChunk, startRestore } from '@wadi/mkvs/checkpoint/restore'
import { EMPTY_HASH, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { verifyGet } from '@wadi/mkvs/verifyProof'
import { CheckpointFiles } from '@wadi/node-storage/checkpoint-files'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import {
  checkpointMethods,
  type PeerMethod,
  publicStorageMethods,
} from '@wadi/runtime-protocol/peers/methods'
import { askAllPeers, askPeers } from '../peers/askPeers.ts'
import { RuntimeStore } from '../store/runtimeStore.ts'
import { TEST_RUNTIME as runtimeId, testRounds } from '../testing/testRounds.ts'
import { fetchChunk, listCheckpoints } from './fetchCheckpoints.ts'
import { fetchDiff } from './fetchDiff.ts'
import { serveStorage } from './serveStorage.ts'

const KEY = Uint8Array.of(1, 2, 3)
const VALUE = Uint8Array.of(4)
const chainContext = '00'.repeat(32)
const NOBODY = new AbortController().signal

const keyOf = (seed: number) => PublicKey.check(new Uint8Array(32).fill(seed))

function stateRoot(version: bigint, hash: Uint8Array = EMPTY_HASH): Root {
  return { namespace: runtimeId, version, type: ROOT_TYPE_STATE, hash }
}

/** A node that has a round with one pair, and a checkpoint of it; and one that has nothing. */
function setUp() {
  const files = new MemoryFiles()
  const store = new RuntimeStore({ files, path: 'runtime', chain: 'test', runtimeId })
  const arena = new Arena()
  const tree = createTree(arena, { namespace: runtimeId, type: ROOT_TYPE_STATE })
  tree.insert(KEY, VALUE)
  const root = stateRoot(1n, tree.rootHash().slice())
  const [zero, one] = testRounds(2).map(({ block }) => block.header)
  store.finalize(zero!)
  store.apply({ from: stateRoot(0n), to: root, writeLog: [[KEY, VALUE]] })
  store.finalize({ ...one!, stateRoot: Hash.check(root.hash) })
  const checkpoints = new CheckpointFiles(files, 'checkpoints')
  const steps = checkpoints.createInSteps({ tree: store.treeAt(root), chunkSize: 64, subtrees: 1 })
  while (steps.next().done !== true);
  const network = new MemoryNetwork()
  const [server, client] = [1, 2].map((seed) => network.join(keyOf(seed)))
  const fatal: unknown[] = []
  const onFatal = (error: unknown) => fatal.push(error)
  const offer = 'all' as const
  serveStorage({ network: server!, chainContext, runtimeId, store, checkpoints, offer, onFatal })
  const ask = <Q, A>(
    service: keyof typeof RUNTIME_SERVICES,
    method: PeerMethod<Q, A>,
    request: Q,
  ) => {
    const protocol = runtimeProtocolOf(chainContext, RUNTIME_SERVICES[service], runtimeId)
    return askPeers(client!, { protocol, method, request })
  }
  return { root, store, client: client!, server: server!, checkpoints, ask, fatal }
}

/** Two nodes: one speaks the protocol of older nodes alone, and the other asks. */
function setUpOlder() {
  const { store, checkpoints, root } = setUp()
  const net = new MemoryNetwork()
  const [server, network] = [net.join(keyOf(1)), net.join(keyOf(2))]
  const old = runtimeProtocolOf(chainContext, RUNTIME_SERVICES.storagesync, runtimeId)
  const serve = (protocol: string, respondent: Parameters<typeof server.serve>[1]) => {
    if (protocol === old) server.serve(protocol, respondent)
  }
  const served = { chainContext, runtimeId, store, checkpoints, offer: 'sync' as const }
  serveStorage({ network: { serve }, ...served, onFatal: assert.ifError })
  return { net, root, checkpoints, peers: { network, chainContext, runtimeId } }
}

describe('trees for other nodes', () => {
  it('go from root to root', async () => {
    const { client: network, root } = setUp()
    const peers = { network, chainContext, runtimeId }
    const { value } = await fetchDiff(peers, { from: stateRoot(0n), to: root }, NOBODY)
    assert.deepEqual(value, [[KEY, VALUE]])
  })

  it('are asked for in the protocol of older nodes where nobody has another', async () => {
    const { peers, root } = setUpOlder()
    const { value } = await fetchDiff(peers, { from: stateRoot(0n), to: root }, NOBODY)
    assert.deepEqual(value, [[KEY, VALUE]])
    const lone = { ...peers, network: new MemoryNetwork().join(keyOf(3)) }
    const change = { from: stateRoot(0n), to: root }
    await assert.rejects(fetchDiff(lone, change, NOBODY), { reason: 'network.noPeers' })
    await assert.rejects(fetchDiff(lone, change, AbortSignal.abort()), {
      reason: 'asked.aborted',
    })
  })

  for (const others of ['nobody has another', 'who has another has no checkpoint'])
    it(`are taken whole from older nodes where ${others}`, async () => {
      const { net, peers, root, checkpoints } = setUpOlder()
      const isAlone = others === 'nobody has another'
      const [owner, younger] = [toHex(keyOf(1)), toHex(keyOf(3))]
      if (!isAlone) {
        const none = new CheckpointFiles(new MemoryFiles(), 'none')
        const served = { chainContext, runtimeId, store: setUp().store, checkpoints: none }
        const network = net.join(keyOf(3))
        serveStorage({ network, ...served, offer: 'sync', onFatal: assert.ifError })
      }
      const [made, ...more] = checkpoints.list()
      assert.deepEqual(more, [])
      const answered: string[] = []
      const offered = await listCheckpoints(peers, NOBODY, ({ peer }) => answered.push(toHex(peer)))
      assert.deepEqual(offered, [{ root, chunks: made!.chunks, peers: [owner] }])
      // Who speaks both protocols is asked in each.
      assert.deepEqual(answered, isAlone ? [owner] : [younger, owner, younger])
      assert.deepEqual(peers.network.said, ['succeeded'])

      let state = startRestore(made!)
      for (const index of offered[0]!.chunks.keys()) {
        const { value: bytes, feedback } = await fetchChunk(peers, offered[0]!, index, NOBODY)
        assert.equal(toHex(feedback.peer), owner)
        state = restoreChunk(state, { index, bytes, baseAddress: 1 }).state
      }
      assert.deepEqual(finishRestore(state).root, root)
    })

  it('are refused where they are not here, in the words of the reference', async () => {
    const { client: network, root } = setUp()
    const peers = { network, chainContext, runtimeId }
    const unknown = fetchDiff(
      peers,
      { from: stateRoot(1n), to: stateRoot(2n, new Uint8Array(32)) },
      NOBODY,
    )
    await assert.rejects(unknown, { module: 'storage/mkvs/db', code: 8 })
    const backwards = fetchDiff(peers, { from: root, to: stateRoot(0n) }, NOBODY)
    await assert.rejects(backwards, { module: 'storage/mkvs/db', code: 9 })
  })

  it('are offered whole, piece by piece', async () => {
    const { ask, client, root } = setUp()
    const protocol = runtimeProtocolOf(chainContext, RUNTIME_SERVICES.checkpointsync, runtimeId)
    const asked = { protocol, method: checkpointMethods.getCheckpoints, request: { version: 1 } }
    const offered: unknown[] = []
    await askAllPeers(client, asked, ({ value }) => {
      offered.push(...value.checkpoints)
      return 'more'
    })
    assert.equal(offered.length, 1)
    const { value: answer } = await ask('checkpointsync', asked.method, asked.request)
    const [metadata] = answer.checkpoints
    assert.deepEqual(metadata?.root, root)
    const request = { version: 1, root, index: 0n, digest: Hash.check(metadata!.chunks[0]!) }
    const { value } = await ask('storagesync', checkpointMethods.getCheckpointChunk, request)
    const restored = restoreChunk(startRestore(metadata!), {
      index: 0,
      bytes: value.chunk,
      baseAddress: 1,
    })
    assert.ok(restored.records.length > 0)
    const none = await ask('checkpointsync', asked.method, { version: 2 })
    assert.deepEqual(none.value.checkpoints, [])
  })

  it('have pieces that nobody else has', async () => {
    const { ask, root, checkpoints } = setUp()
    const digest = Hash.check(checkpoints.list()[0]!.chunks[0]!)
    const request = { version: 1, root, index: 0n, digest }
    const wrong = [
      { ...request, version: 2 },
      { ...request, index: 1n },
      { ...request, index: 2n ** 63n },
      { ...request, root: stateRoot(2n, root.hash) },
      { ...request, digest: Hash.check(EMPTY_HASH) },
    ]
    for (const one of wrong)
      await assert.rejects(ask('checkpointsync', checkpointMethods.getCheckpointChunk, one), {
        module: 'storage/mkvs/checkpoint',
        code: 2,
      })
  })

  it('are proven to those who keep none', async () => {
    const { ask, root } = setUp()
    const request = {
      tree: { root, position: root.hash },
      key: KEY,
      includeSiblings: false,
      proofVersion: 0,
    }
    const { value } = await ask('storagepub', publicStorageMethods.get, request)
    assert.deepEqual(verifyGet(root.hash, value.proof, KEY), { kind: 'present', value: VALUE })
  })

  it('are not given to those who ask for what there is not, or in no words', async () => {
    const { client, fatal } = setUp()
    const protocol = runtimeProtocolOf(chainContext, RUNTIME_SERVICES.diffsync, runtimeId)
    const anything: Schema<Uint8Array> = checkpointMethods.getCheckpointChunk.response as never
    const ask = (name: string, body: Uint8Array) =>
      new Promise((resolve) => {
        client.ask({ protocol, method: name, body, read: () => anything }, resolve)
      })
    const refusal = async (name: string, body: Uint8Array) => {
      const outcome = (await ask(name, body)) as {
        readonly error: { code: number; module: string }
      }
      return `${outcome.error.module}/${outcome.error.code}`
    }
    assert.equal(await refusal('GetEverything', Uint8Array.of(0xf6)), 'p2p/rpc/1')
    assert.equal(await refusal('__proto__', Uint8Array.of(0xf6)), 'p2p/rpc/1')
    for (const body of [[], [0xff], [0xa1, 0x61], [0x80], [0xa1, 0x61, 0x61, 0x00]])
      assert.equal(await refusal('GetDiff', Uint8Array.from(body)), 'p2p/rpc/2')
    assert.deepEqual(fatal, [])
  })

  it('stop the node where the fault is ours', async () => {
    const { store, root, client, fatal } = setUp()
    store.close()
    const protocol = runtimeProtocolOf(chainContext, RUNTIME_SERVICES.storagepub, runtimeId)
    const { get } = publicStorageMethods
    const tree = { root, position: root.hash }
    const body = encode(get.request, { tree, key: KEY, includeSiblings: false, proofVersion: 0 })
    client.ask({ protocol, method: get.name, body, read: () => undefined }, () => assert.fail())
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(fatal[0] instanceof BugError)
  })
})
