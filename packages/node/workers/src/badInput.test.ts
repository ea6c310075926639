import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toUtf8 } from '@wadi/base/bytes'
import { CodedError, isTold } from '@wadi/base/errors'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { decode, encode, type Schema } from '@wadi/cbor/codec'
import { type Item, readItem, writeItem } from '@wadi/cbor/item'
import type { FeedbackKind, Member } from '@wadi/contracts/testing/memory-network'
import { MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { RUNTIME_SERVICES, runtimeProtocolOf, topicOf } from '@wadi/libp2p/names'
import { servePeers } from '@wadi/libp2p/serve-peers'
import { Arena } from '@wadi/mkvs/arena'
import { digestOf } from '@wadi/mkvs/checkpoint/chunk'
import { CHUNK_COUNT_MAX, KEY_BYTES_MAX } from '@wadi/mkvs/limits'
import { ROOT_TYPE_STATE, type Root, type WriteLog } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { Hash } from '@wadi/primitives/hash'
import type { OfferedCheckpoint } from '@wadi/runtime-executor/sync/input'
import { CHAIN_CONTEXT, RUNTIME_ID, SIGNATURES } from '@wadi/runtime-executor/testing/test-network'
import { toyTransaction } from '@wadi/runtime-executor/testing/toy-runtime'
import {
  hostileBytes,
  misspelled,
  tryHostileLater,
} from '@wadi/runtime-protocol/arbitrary/hostile-bytes'
import { hashOfHeader, nextRound, stateRootOf } from '@wadi/runtime-protocol/block'
import { signProposal } from '@wadi/runtime-protocol/commitments/proposal'
import {
  OFFER_ITEM_COUNT_MAX,
  PROOF_ITEM_COUNT_MAX,
  REQUEST_ITEM_COUNT_MAX,
} from '@wadi/runtime-protocol/limits'
import { CommitteeMessage, TransactionMessage } from '@wadi/runtime-protocol/peers/gossip'
import {
  checkpointMethods,
  diffMethods,
  publicStorageMethods,
  transactionMethods,
} from '@wadi/runtime-protocol/peers/methods'
import { hashOfBatch, hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import fc from 'fast-check'
import { LATEST_ROUND } from './history/roundHistory.ts'
import { PROVED_KEYS_MAX } from './limits.ts'
import { askPeers } from './peers/askPeers.ts'
import { RuntimeStore } from './store/runtimeStore.ts'
import { listCheckpoints } from './sync/fetchCheckpoints.ts'
import { fetchDiff } from './sync/fetchDiff.ts'
import { serveStorage } from './sync/serveStorage.ts'
import { TreeRestore } from './sync/treeRestore.ts'
import { CommitteeWorld } from './testing/committeeWorld.ts'
import { TEST_RUNTIME as runtimeId } from './testing/testRounds.ts'
import { chainContext, follow, keyOf, makeRounds, serve, settle } from './testing/treeWorld.ts'

const NOBODY = new AbortController().signal
const RESTORED = 2
const rounds = makeRounds(3)
const headerOf = (round: number) => rounds[round]!.block.block.header

const protocolOf = (service: keyof typeof RUNTIME_SERVICES) =>
  runtimeProtocolOf(chainContext, RUNTIME_SERVICES[service], runtimeId)

/** A node that answers every question about trees with the bytes that a test says. */
function lie(network: Member, answer: () => Uint8Array): void {
  for (const service of ['diffsync', 'checkpointsync', 'storagesync', 'storagepub'] as const)
    network.serve(protocolOf(service), (_, reply) => reply({ kind: 'ok', body: answer() }))
}

/** Somebody who asks nobody but a liar. */
function deceived(answer: () => Uint8Array) {
  const net = new MemoryNetwork()
  lie(net.join(keyOf(1)), answer)
  return { network: net.join(keyOf(2)), chainContext, runtimeId }
}

function newStore(): RuntimeStore {
  const files = new MemoryFiles()
  return new RuntimeStore({ files, path: 'runtime', chain: chainContext, runtimeId })
}

/** A store that has the first round. */
function begunStore(): RuntimeStore {
  const store = newStore()
  store.finalize(headerOf(0))
  return store
}

const STEP = { from: stateRootOf(headerOf(0)), to: stateRootOf(headerOf(1)) }

describe('Bad input: storage-sync answers: changes', () => {
  const { response } = diffMethods.getDiff
  const good = encode(response, { writeLog: rounds[1]!.state })

  it('of any bytes are refused with a code, or lead to the root that was asked for', async () => {
    let store = begunStore()
    let said = good
    const peers = deceived(() => said)
    const check = async (bytes: Uint8Array) => {
      said = bytes
      const { nextAddress } = store.database
      try {
        const { value: writeLog } = await fetchDiff(peers, STEP, NOBODY)
        store.apply({ ...STEP, writeLog })
        store = begunStore()
      } catch (error) {
        assert.ok(error instanceof CodedError, String(error))
        assert.equal(store.database.nextAddress, nextAddress, 'nothing is left behind')
        assert.ok(!store.hasRoot(STEP.to))
      }
    }
    await tryHostileLater([good], check, 200)
  })

  it('that no tree can take are held against whoever gave them, as are those of another root', async () => {
    const key = (size: number) => new Uint8Array(size)
    const lies: readonly WriteLog[] = [
      [[key(KEY_BYTES_MAX), key(1)]],
      [[key(KEY_BYTES_MAX + 1), key(1)]],
      [[key(KEY_BYTES_MAX + 1), undefined]],
      [[key(0), key(0)]],
      rounds[2]!.state,
      rounds[1]!.state.slice(1),
      [],
    ]
    for (const writeLog of lies) {
      const time = new VirtualTime()
      const net = new MemoryNetwork(time)
      lie(net.join(keyOf(1)), () => encode(response, { writeLog }))
      const client = net.join(keyOf(2))
      const { store, history, fatal, open } = await follow(client, rounds, time)
      store.finalize(headerOf(0))
      const shell = open(true)
      shell.start()
      await settle(time)
      assert.deepEqual(fatal, [])
      assert.deepEqual([...new Set(client.said)], ['misbehaved'])
      assert.equal(history.lastSeenRound, 0n)
      // Whoever is honest is asked next.
      serve(net.join(keyOf(3)), rounds, undefined)
      await settle(time, 10_000)
      assert.equal(history.lastSeenRound, 3n)
      assert.deepEqual(fatal, [])
      shell.stop()
    }
  })
})

/** A node that serves all rounds, with a checkpoint of one; and the state's metadata in it. */
function served() {
  const { store, checkpoints } = serve(new MemoryNetwork().join(keyOf(9)), rounds, RESTORED)
  const metadata = checkpoints.list().find(({ root }) => root.type === ROOT_TYPE_STATE)!
  const root = metadata.root as Root
  const chunks = metadata.chunks.map((digest) => Hash.check(digest))
  const offered: OfferedCheckpoint = { root, chunks, peers: [] }
  const bytesOf = (index: number) => checkpoints.readChunk(root, index)!
  return { store, checkpoints, metadata, root, offered, bytesOf }
}

describe('Bad input: storage-sync answers: checkpoints', () => {
  const { response } = checkpointMethods.getCheckpoints
  const { metadata } = served()
  const good = encode(response, { checkpoints: [metadata] })

  async function list(answer: Uint8Array) {
    const peers = deceived(() => answer)
    const offered = await listCheckpoints(peers, NOBODY, () => undefined)
    const said: readonly FeedbackKind[] = peers.network.said
    return { offered, said }
  }

  it('of any bytes offer nothing, or something that can be compared with the blocks', async () => {
    const check = async (bytes: Uint8Array) => {
      for (const { root, chunks, peers } of (await list(bytes)).offered) {
        assert.ok(root.version > 0n && (root.type === 1 || root.type === 2))
        assert.ok(chunks.length > 0 && chunks.length <= CHUNK_COUNT_MAX)
        assert.equal(peers.length, 1)
      }
    }
    assert.equal((await list(good)).offered.length, 1)
    await tryHostileLater([good], check, 200)
  })

  it('that are said twice have one peer', async () => {
    const { offered } = await list(encode(response, { checkpoints: [metadata, metadata] }))
    assert.deepEqual(
      offered.map(({ peers }) => peers.length),
      [1],
    )
  })

  it('that are none are held against whoever gave them', async () => {
    const chunksOf = (count: number) => Array<Uint8Array>(count).fill(metadata.chunks[0]!)
    const { root } = metadata
    const bad = [
      { ...metadata, version: 2 },
      { ...metadata, chunks: [] },
      { ...metadata, chunks: chunksOf(CHUNK_COUNT_MAX + 1) },
      { ...metadata, root: { ...root, type: 0 } },
      { ...metadata, root: { ...root, type: 3 } },
    ]
    for (const one of bad) {
      const { offered, said } = await list(encode(response, { checkpoints: [metadata, one] }))
      assert.deepEqual(offered, [])
      assert.ok(said.includes('misbehaved'))
    }
    const longest = { ...metadata, chunks: chunksOf(CHUNK_COUNT_MAX) }
    assert.equal((await list(encode(response, { checkpoints: [longest] }))).offered.length, 1)
  })

  it('OFFER_ITEM_COUNT_MAX: are of so many items, and not one more', async () => {
    const [pair] = (readItem(good) as Extract<Item, { kind: 'map' }>).pairs
    const one = (pair![1] as Extract<Item, { kind: 'list' }>).items[0]!
    const empty: Item = { kind: 'list', items: [] }
    /** The smallest that a hash can be on the wire, and ever so large when it is read. */
    const withChunks = (count: number): Item => ({
      kind: 'map',
      pairs: (one as Extract<Item, { kind: 'map' }>).pairs.map(([key, value]) =>
        key.kind === 'text' && key.text === 'chunks'
          ? [key, { kind: 'list', items: Array<Item>(count).fill(empty) }]
          : [key, value],
      ),
    })
    const COUNT = 9
    const OTHERS = 3 + COUNT * 15
    const last = OFFER_ITEM_COUNT_MAX - OTHERS - (COUNT - 1) * 30_000
    const answerOf = (lastCount: number) => {
      const items = [...Array(COUNT - 1).fill(withChunks(30_000)), withChunks(lastCount)]
      return writeItem({ kind: 'map', pairs: [[pair![0], { kind: 'list', items }]] })
    }
    assert.equal((await list(answerOf(last))).offered.length, 2)
    assert.equal((await list(answerOf(last + 1))).offered.length, 0)
  })

  it('of another runtime, or another root than its block has, are never begun with', async () => {
    const { root } = metadata
    const lies = [
      { ...metadata, root: { ...root, hash: new Uint8Array(32).fill(1) } },
      { ...metadata, root: { ...root, namespace: new Uint8Array(32) } },
      { ...metadata, root: { ...root, type: 2 } },
      { ...metadata, root: { ...root, version: 2n ** 64n - 1n } },
      // The right root of round 0, which no store restores.
      { ...metadata, root: { ...root, version: 0n, hash: headerOf(0).stateRoot } },
    ]
    for (const one of lies) {
      const time = new VirtualTime()
      const net = new MemoryNetwork(time)
      lie(net.join(keyOf(1)), () => encode(response, { checkpoints: [one] }))
      const { store, fatal, open } = await follow(net.join(keyOf(2)), rounds, time)
      const shell = open(false)
      shell.start()
      await settle(time)
      assert.deepEqual(fatal, [])
      assert.equal(store.database.restoringVersion, undefined)
      assert.equal(store.lastRound, undefined)
      shell.stop()
    }
  })
})

describe('Bad input: storage-sync answers: chunks', () => {
  const { offered, bytesOf, root } = served()
  const good = offered.chunks.map((_, index) => bytesOf(index))

  function restoring(checkpoint: OfferedCheckpoint) {
    const { database } = newStore()
    const restore = new TreeRestore(database)
    restore.begin(root.version)
    restore.beginTree(checkpoint)
    return { database, restore }
  }

  it('of any bytes are corrupted, by their digests', () => {
    const { database, restore } = restoring(offered)
    const { nextAddress } = database
    const check = (bytes: Uint8Array) => {
      fc.pre(!equalBytes(bytes, good[0]!))
      assert.equal(restore.take(0, bytes), 'corrupted')
      assert.equal(database.nextAddress, nextAddress)
    }
    fc.assert(fc.property(hostileBytes(...good), check), { numRuns: 200 })
  })

  it('with the digests that a liar says, are wrong, or nothing but parts of the tree', () => {
    const check = (bytes: Uint8Array) => {
      const chunks = offered.chunks.with(0, Hash.check(digestOf(bytes)))
      const { database, restore } = restoring({ ...offered, chunks })
      const outcomes = good.map((chunk, index) => restore.take(index, index === 0 ? bytes : chunk))
      assert.ok(!outcomes.includes('failed') && !outcomes.includes('corrupted'))
      if (outcomes.at(-1) === 'complete') assert.ok(database.hasRoot(root))
      else assert.ok(!database.hasRoot(root))
      restore.abort()
      assert.ok(!database.hasRoot(root))
    }
    fc.assert(fc.property(hostileBytes(good[0]!), check), { numRuns: 150 })
    check(good[0]!)
    check(good[1] ?? good[0]!)
  })

  it('that come when their tree was given up are dropped', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const { metadata, bytesOf } = served()
    const { getCheckpoints, getCheckpointChunk } = checkpointMethods
    const held: (() => void)[] = []
    net.join(keyOf(1)).serve(protocolOf('checkpointsync'), ({ method, body }, reply) => {
      if (method === getCheckpoints.name) {
        const answer = encode(getCheckpoints.response, { checkpoints: [metadata] })
        reply({ kind: 'ok', body: answer })
        return
      }
      const index = Number(decode(getCheckpointChunk.request, body).index)
      const say = (chunk: Uint8Array) =>
        reply({ kind: 'ok', body: encode(getCheckpointChunk.response, { chunk }) })
      // The first one is wrong however often it is asked for, and the others take their time.
      if (index === 0) say(bytesOf(0).toReversed())
      else held.push(() => say(bytesOf(index)))
    })
    const { store, fatal, open } = await follow(net.join(keyOf(2)), rounds, time)
    const shell = open(false)
    shell.start()
    await settle(time)
    assert.equal(shell.state.restore?.step, 'pausing')
    assert.ok(held.length > 0)
    for (const say of held) say()
    await settle(time)
    assert.deepEqual(fatal, [])
    assert.equal(store.database.restoringVersion, undefined)
    shell.stop()
  })
})

describe('Bad input: storage-sync requests', () => {
  const { store, checkpoints, root } = served()
  const net = new MemoryNetwork()
  const server = net.join(keyOf(1))
  const client = net.join(keyOf(2))
  const fatal: unknown[] = []
  const onFatal = (error: unknown) => void fatal.push(error)
  serveStorage({
    network: server,
    chainContext,
    runtimeId,
    store,
    checkpoints,
    offer: 'all',
    onFatal,
  })

  /** The answer, or why there is none. */
  function ask(service: keyof typeof RUNTIME_SERVICES, method: string, body: Uint8Array) {
    const question = {
      protocol: protocolOf(service),
      method,
      body,
      read: (answer: Uint8Array) => answer,
    }
    return new Promise<unknown>((resolve) => {
      client.ask(question as never, (outcome) => resolve(outcome))
    })
  }

  const tree = { root, position: root.hash }
  const digest = Hash.check(checkpoints.list()[0]!.chunks[0]!)
  const requestOf = <Q>(method: { readonly request: Schema<Q> }, request: Q) =>
    encode(method.request, request)
  const requests = [
    [
      'diffsync',
      'GetDiff',
      requestOf(diffMethods.getDiff, { startRoot: STEP.from, endRoot: STEP.to }),
    ],
    [
      'checkpointsync',
      'GetCheckpoints',
      requestOf(checkpointMethods.getCheckpoints, { version: 1 }),
    ],
    [
      'checkpointsync',
      'GetCheckpointChunk',
      requestOf(checkpointMethods.getCheckpointChunk, { version: 1, root, index: 0n, digest }),
    ],
    [
      'storagepub',
      'Get',
      requestOf(publicStorageMethods.get, {
        tree,
        key: toUtf8('x'),
        includeSiblings: true,
        proofVersion: 1,
      }),
    ],
    [
      'storagepub',
      'GetPrefixes',
      requestOf(publicStorageMethods.getPrefixes, {
        tree,
        prefixes: [Uint8Array.of(1)],
        limit: 7,
        proofVersion: 0,
      }),
    ],
    [
      'storagepub',
      'Iterate',
      requestOf(publicStorageMethods.iterate, {
        tree,
        key: Uint8Array.of(1),
        prefetch: 9,
        proofVersion: 1,
      }),
    ],
  ] as const

  it('of any bytes are answered, or refused with a code', async () => {
    for (const [service, method, good] of requests) {
      const check = async (bytes: Uint8Array) => {
        const outcome = (await ask(service, method, bytes)) as { kind: string; error?: unknown }
        assert.ok(outcome.kind === 'answered' || isTold(outcome.error), method)
        assert.deepEqual(fatal, [])
      }
      await tryHostileLater([good], check, 60)
    }
  })

  it('PROVED_KEYS_MAX: are answered with so many keys, and not one more', async () => {
    const large = newStore()
    const count = PROVED_KEYS_MAX + 200
    const keyOfPair = (i: number) => Uint8Array.of(1, i >> 8, i)
    const writeLog = Array.from({ length: count }, (_, i) => [keyOfPair(i), keyOfPair(i)] as const)
    const state = createTree(new Arena(), { namespace: runtimeId, type: ROOT_TYPE_STATE })
    for (const [key, value] of writeLog) state.insert(key, value)
    const to: Root = { ...STEP.to, hash: state.rootHash().slice() }
    large.finalize(headerOf(0))
    large.apply({ from: STEP.from, to, writeLog })
    const other = new MemoryNetwork()
    const [from, asking] = [other.join(keyOf(1)), other.join(keyOf(2))]
    const all = { chainContext, runtimeId, store: large, checkpoints, offer: 'all' as const }
    serveStorage({ network: from, ...all, onFatal })
    const protocol = protocolOf('storagepub')
    const position = { root: to, position: to.hash }
    const entriesOf = async (limit: number) => {
      const request = { tree: position, prefixes: [Uint8Array.of(1)], limit, proofVersion: 0 }
      const method = publicStorageMethods.getPrefixes
      const { value } = await askPeers(asking, { protocol, method, request })
      return value.proof.entries.length
    }
    const stepsOf = async (prefetch: number) => {
      const request = { tree: position, key: Uint8Array.of(1), prefetch, proofVersion: 0 }
      const { value } = await askPeers(asking, {
        protocol,
        method: publicStorageMethods.iterate,
        request,
      })
      return value.proof.entries.length
    }
    for (const entries of [entriesOf, stepsOf]) {
      const most = await entries(PROVED_KEYS_MAX)
      assert.ok((await entries(PROVED_KEYS_MAX - 1)) < most)
      assert.equal(await entries(PROVED_KEYS_MAX + 1), most)
      assert.equal(await entries(65_535), most)
    }
    assert.deepEqual(fatal, [])
  })

  it('are answered one after the other, however many prefixes there are not', async () => {
    const large = newStore()
    const keyOfPair = (i: number) => Uint8Array.of(i >> 8, i)
    const writeLog = Array.from(
      { length: 4_096 },
      (_, i) => [keyOfPair(i * 16), keyOfPair(i)] as const,
    )
    const state = createTree(new Arena(), { namespace: runtimeId, type: ROOT_TYPE_STATE })
    for (const [key, value] of writeLog) state.insert(key, value)
    const to: Root = { ...STEP.to, hash: state.rootHash().slice() }
    large.finalize(headerOf(0))
    large.apply({ from: STEP.from, to, writeLog })
    let asked = 0
    const store = Object.create(large, {
      getPrefixes: {
        value: (request: Parameters<RuntimeStore['getPrefixes']>[0]) => {
          asked++
          return large.getPrefixes(request)
        },
      },
    }) as RuntimeStore
    const other = new MemoryNetwork()
    const [from, asking] = [other.join(keyOf(1)), other.join(keyOf(2))]
    serveStorage({
      network: from,
      chainContext,
      runtimeId,
      store,
      checkpoints,
      offer: 'all',
      onFatal,
    })
    const protocol = protocolOf('storagepub')
    const absent = (count: number) => Array.from({ length: count }, (_, i) => keyOfPair(i | 1))
    const entriesOf = async (count: number) => {
      const tree = { root: to, position: to.hash }
      const request = { tree, prefixes: absent(count), limit: 9, proofVersion: 0 }
      const method = publicStorageMethods.getPrefixes
      const { value } = await askPeers(asking, { protocol, method, request })
      return { entries: value.proof.entries.length, asked }
    }
    // A lookup visits some fourteen nodes, so that there is no room for half of these.
    const told = await Promise.all([entriesOf(30_000), entriesOf(65_536)])
    assert.equal(told[0].entries, told[1].entries)
    assert.ok(told[0].entries < 2_000)
    assert.deepEqual([told[0].asked, told[1].asked], [1, 2])
    assert.deepEqual(fatal, [])
  })

  it('REQUEST_ITEM_COUNT_MAX: have so many items, and not one more', async () => {
    const protocol = protocolOf('txsync')
    const asked: number[] = []
    const answers = {
      getTransactions: ({ hashes }: { readonly hashes: readonly Hash[] }) => {
        asked.push(hashes.length)
        return { transactions: [] }
      },
    }
    servePeers(server, protocol, { methods: transactionMethods, answers, onFatal })
    const requestWith = (count: number) => {
      const list = writeItem({
        kind: 'list',
        items: Array<Item>(count).fill({ kind: 'list', items: [] }),
      })
      return Buffer.concat([Uint8Array.of(0xa1, 0x63), toUtf8('txs'), list])
    }
    const most = REQUEST_ITEM_COUNT_MAX - 3
    await ask('txsync', 'GetTxs', new Uint8Array(requestWith(most)))
    assert.deepEqual(asked, [most])
    const outcome = await ask('txsync', 'GetTxs', new Uint8Array(requestWith(most + 1)))
    const { error } = outcome as { readonly error: unknown }
    assert.ok(error instanceof CodedError)
    assert.equal(`${error.module}/${error.code}`, 'p2p/rpc/2')
    assert.deepEqual(asked, [most])
  })
})

describe('Bad input: proofs of peers', () => {
  it('PROOF_ITEM_COUNT_MAX: have so many items, and not one more', async () => {
    const { get: method } = publicStorageMethods
    const position = STEP.to.hash
    const request = {
      tree: { root: STEP.to, position },
      key: toUtf8('x'),
      includeSiblings: false,
      proofVersion: 0,
    }
    for (const [count, reason] of [
      [PROOF_ITEM_COUNT_MAX, /^cbor\./],
      [PROOF_ITEM_COUNT_MAX + 1, /^items\.tooMany$/],
    ] as const) {
      const { network } = deceived(() => new Uint8Array(count))
      const asked = { protocol: protocolOf('storagepub'), method, request }
      await assert.rejects(askPeers(network, asked), { module: 'unknown', code: 1, reason })
    }
  })
})

describe('Bad input: proposals, batches and transactions, from those of the committee', () => {
  it('change nothing: what is good is executed, and all have the same state', async () => {
    const world = await CommitteeWorld.open({ workers: 3, backupWorkers: 2, others: 1 })
    const [first, , , , hostile, outsider] = world.nodes
    const arena = new Arena()
    const known = toyTransaction({ sender: 'eve', key: 'eve', value: '1' })
    const committee = hostile!.network.join(
      topicOf(CHAIN_CONTEXT, 'committee', RUNTIME_ID),
      () => {},
    )
    const txs = hostile!.network.join(topicOf(CHAIN_CONTEXT, 'tx', RUNTIME_ID), () => {})
    const outside = outsider!.network.join(
      topicOf(CHAIN_CONTEXT, 'committee', RUNTIME_ID),
      () => {},
    )
    const garbage = () => ({ kind: 'ok', body: Uint8Array.of(0xa1, 0x63, 0x74) }) as const
    const txsync = runtimeProtocolOf(CHAIN_CONTEXT, RUNTIME_SERVICES.txsync, RUNTIME_ID)
    hostile!.network.serve(txsync, (_, reply) => reply(garbage()))

    /** What one may sign who is no scheduler, or who is and lies. */
    const proposals = () => {
      const { header } = world.chain.block
      const round = nextRound(header)
      const previousHash = hashOfHeader(header)
      const batchHash = hashOfBatch(arena, [known])
      const honest = { round, previousHash, batchHash }
      const batch = [hashOfTransaction(known)]
      return [
        { header: honest, batch },
        { header: { ...honest, round: 0n }, batch },
        { header: { ...honest, round: round + 1_000n }, batch },
        { header: { ...honest, previousHash: batchHash }, batch },
        { header: { ...honest, batchHash: previousHash }, batch },
        { header: honest, batch: [] },
      ].map((one) => signProposal(hostile!.member.signer, SIGNATURES, one))
    }
    const messages = (epoch: bigint) =>
      proposals().map((proposal) => encode(CommitteeMessage, { epoch: epoch as never, proposal }))
    const elsewhere = { ...SIGNATURES, chainContext: 'c1'.repeat(32) }
    const transactions = [toUtf8('nonsense'), new Uint8Array(0), new Uint8Array(100_000)]

    for (let turn = 0; turn < 6; turn++) {
      const good = messages(1n)
      const foreign = proposals().map(({ header, batch }) =>
        encode(CommitteeMessage, {
          epoch: 1n as never,
          proposal: signProposal(hostile!.member.signer, elsewhere, { header, batch }),
        }),
      )
      const any = fc.sample(hostileBytes(...good), { numRuns: 60, seed: turn })
      for (const bytes of [...any, ...good, ...messages(0n), ...messages(2n), ...foreign]) {
        committee.publish(bytes)
        outside.publish(bytes)
      }
      const said = transactions.map((input) => encode(TransactionMessage, input))
      const anyTxs = fc.sample(hostileBytes(...said), { numRuns: 40, seed: turn })
      for (const bytes of [...anyTxs, ...said, ...misspelled(said[0]!).values()]) txs.publish(bytes)
      void first!.shell.submit(toyTransaction({ seq: turn, key: `k${turn}`, value: `${turn}` }), {
        origin: 'local',
      })
      await world.run(3_000)
    }
    await world.run(15_000)
    assert.deepEqual(world.fatal, [])
    assert.deepEqual(world.evidence, [])
    const ends = world.chain.stories.map(({ end }) => end)
    assert.ok(ends.length > 0 && ends.every((end) => end === 'normal'), ends.join(' '))
    for (const { history, store, shell } of world.nodes) {
      const { block } = history.block(LATEST_ROUND)
      const state = store.stateAfter(block.header)
      for (let turn = 0; turn < 6; turn++)
        assert.deepEqual(state.get(toUtf8(`at/k${turn}`)), toUtf8(`${turn}`))
      assert.equal(state.get(toUtf8('at/eve')), undefined)
      assert.equal(shell.hasTransactions, false)
      assert.ok(shell.state.round.proposals.length < 4)
    }
  })
})
