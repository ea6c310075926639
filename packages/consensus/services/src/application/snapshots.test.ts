import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { digestOf } from '@wadi/mkvs/checkpoint/chunk'
import { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { hashOfBytes } from '@wadi/primitives/hash'
import type { Subscriber } from '../kernel/bus.ts'
import type { CommittedState } from '../kernel/context.ts'
import type { Service } from '../kernel/service.ts'
import { SNAPSHOT_METADATA_BYTES_MAX } from '../limits.ts'
import {
  openTestApplication,
  runTestBlock,
  testApplication,
  testTransaction,
} from '../testing/testApplication.ts'
import { testContext } from '../testing/testContext.ts'
import { MemorySnapshots } from '../testing/testSnapshots.ts'
import { type Snapshot, Snapshots } from './snapshots.ts'

const CHUNK_BYTES = 64

/** A node that has run a few blocks and has a checkpoint of the last one. */
function origin() {
  const store = new MemorySnapshots()
  const application = testApplication({}, { store })
  for (const height of [1n, 2n, 3n])
    runTestBlock(application, height, [
      testTransaction({ nonce: height - 1n, text: `block ${height}` }),
    ])
  store.makeCheckpoint(CHUNK_BYTES)
  const snapshots = new Snapshots(store, () => assert.fail('nothing is restored here'))
  const [snapshot] = snapshots.list()
  assert.ok(snapshot)
  const chunks = Array.from({ length: snapshot.chunks }, (_, i) =>
    snapshots.loadChunk(snapshot.height, snapshot.format, i),
  )
  const appHash = application.committed!.rootHash
  return { application, snapshots, snapshot, chunks, appHash }
}

/** A node that has nothing yet. */
function target() {
  const store = new MemorySnapshots()
  let adopted = 0
  const snapshots = new Snapshots(store, () => adopted++)
  return { store, snapshots, adopted: () => adopted }
}

/** A snapshot with other metadata, whose hash is right. */
function withMetadata(snapshot: Snapshot, changes: Partial<Metadata>): Snapshot {
  const metadata = encode(Metadata, { ...decode(Metadata, snapshot.metadata), ...changes })
  return { ...snapshot, metadata, hash: hashOfBytes(metadata) }
}

describe('a snapshot', () => {
  it('is told with the hash of its metadata', () => {
    const { snapshot, chunks, appHash } = origin()
    assert.equal(snapshot.height, 3n)
    assert.equal(snapshot.format, 1)
    assert.deepEqual(snapshot.hash, hashOfBytes(snapshot.metadata))
    const { root, chunks: digests } = decode(Metadata, snapshot.metadata)
    assert.deepEqual(root.hash, appHash)
    assert.deepEqual(chunks.map(digestOf), digests)
    assert.ok(chunks.length > 2)
  })

  it('is given chunk by chunk, and what is not there is empty', () => {
    const { snapshots, snapshot, chunks } = origin()
    const load = (height: bigint, format: number, index: number) =>
      snapshots.loadChunk(height, format, index)
    assert.deepEqual(load(3n, 1, 1), chunks[1])
    // COMPAT(oasis-core): only sixteen bits of the format count.
    assert.deepEqual(load(3n, 65_537, 1), chunks[1])
    for (const none of [load(2n, 1, 0), load(3n, 2, 0), load(3n, 1, snapshot.chunks)])
      assert.equal(none.length, 0)
  })

  it('is not given if there are two of its height', () => {
    const store = new MemorySnapshots()
    store.commit(1n)
    for (const size of [1, 1_000]) store.makeCheckpoint(size)
    const snapshots = new Snapshots(store, () => undefined)
    assert.equal(snapshots.list().length, 2)
    assert.equal(snapshots.loadChunk(1n, 1, 0).length, 0)
  })
})

describe('an offer', () => {
  const { snapshot, appHash } = origin()
  const offer = (offered: Snapshot | undefined, hash: Uint8Array = appHash) => {
    const { snapshots, store } = target()
    const result = snapshots.offer(offered, hash)
    assert.equal(store.restoring, result === 'accept' ? 3n : undefined)
    return result
  }

  it('is accepted if it is one of the state that is wanted', () => {
    assert.equal(offer(snapshot), 'accept')
  })

  it('of nothing or of another format is rejected', () => {
    assert.equal(offer(undefined), 'reject')
    for (const format of [0, 2, 65_537])
      assert.equal(offer({ ...snapshot, format }), 'reject-format')
  })

  it('with metadata that are not what they say is rejected', () => {
    const malformed = snapshot.metadata.slice(1)
    assert.equal(offer({ ...snapshot, hash: appHash }), 'reject')
    assert.equal(offer({ ...snapshot, hash: snapshot.hash.slice(1) }), 'reject')
    assert.equal(
      offer({ ...snapshot, metadata: malformed, hash: hashOfBytes(malformed) }),
      'reject',
    )
    assert.equal(offer({ ...snapshot, chunks: snapshot.chunks + 1 }), 'reject')
    assert.equal(offer({ ...withMetadata(snapshot, { chunks: [] }), chunks: 0 }), 'reject')
    assert.equal(offer(withMetadata(snapshot, { version: 2 })), 'reject')
  })

  it('with metadata of something that is no state of this height is rejected', () => {
    const { root } = decode(Metadata, snapshot.metadata)
    for (const changes of [{ type: 0 }, { type: 2 }, { type: 3 }, { version: 4n }])
      assert.equal(offer(withMetadata(snapshot, { root: { ...root, ...changes } })), 'reject')
    const namespace = new Uint8Array(32).fill(1)
    assert.equal(offer(withMetadata(snapshot, { root: { ...root, namespace } })), 'reject')
  })

  it('with SNAPSHOT_METADATA_BYTES_MAX bytes is decoded, with one more it is not', () => {
    for (const size of [SNAPSHOT_METADATA_BYTES_MAX, SNAPSHOT_METADATA_BYTES_MAX + 1]) {
      const metadata = new Uint8Array(size)
      assert.equal(offer({ ...snapshot, metadata, hash: hashOfBytes(metadata) }), 'reject')
    }
  })

  it('of another state is rejected, and a hash that is none ends the sync', () => {
    assert.equal(offer(snapshot, snapshot.hash), 'reject')
    assert.equal(offer(snapshot, appHash.slice(1)), 'abort')
  })
})

describe('chunks', () => {
  const { snapshot, chunks, appHash } = origin()
  const sent = (index: number, bytes = chunks[index]!) => ({ index, bytes, sender: 'mallory' })

  it('nobody has asked for end the sync', () => {
    const { snapshots } = target()
    assert.deepEqual(snapshots.applyChunk(sent(0)), { result: 'abort' })
  })

  it('are taken in any order, also twice, and the state is adopted with the last one', () => {
    const { snapshots, store, adopted } = target()
    snapshots.offer(snapshot, appHash)
    for (const i of chunks.keys()) {
      assert.equal(adopted(), 0)
      const index = chunks.length - 1 - i
      assert.deepEqual(snapshots.applyChunk(sent(index)), { result: 'accept' })
      if (index > 0) assert.deepEqual(snapshots.applyChunk(sent(index)), { result: 'accept' })
    }
    assert.equal(adopted(), 1)
    assert.equal(toHex(store.tree.rootHash()), toHex(appHash))
    assert.deepEqual(snapshots.applyChunk(sent(0)), { result: 'abort' })
  })

  it('COMPAT: that are none of the snapshot are taken as if they were there', () => {
    const { snapshots, store } = target()
    snapshots.offer(snapshot, appHash)
    const none = sent(chunks.length, chunks[0])
    assert.deepEqual(snapshots.applyChunk(none), { result: 'accept' })
    assert.equal(store.restoring, 3n)
  })

  it('that are damaged are asked for again, and not of whoever sent them', () => {
    const { snapshots } = target()
    snapshots.offer(snapshot, appHash)
    const damaged = chunks[1]!.slice()
    damaged[damaged.length >> 1]! ^= 1
    const again = { result: 'retry', refetchChunks: [1], rejectSenders: ['mallory'] }
    assert.deepEqual(snapshots.applyChunk(sent(1, damaged)), again)
    assert.deepEqual(snapshots.applyChunk(sent(1, new Uint8Array(0))), again)
    assert.deepEqual(snapshots.applyChunk(sent(1)), { result: 'accept' })
  })

  it('that prove nothing reject snapshot and sender, and another one may be offered', () => {
    const { snapshots, store } = target()
    for (const bytes of [Uint8Array.of(1, 2, 3), chunks[1]!.slice(0, 20), new Uint8Array(0)]) {
      const digests = [digestOf(bytes)]
      const lie = { ...withMetadata(snapshot, { chunks: digests }), chunks: 1 }
      assert.equal(snapshots.offer(lie, appHash), 'accept')
      const rejected = { result: 'reject-snapshot', rejectSenders: ['mallory'] }
      assert.deepEqual(snapshots.applyChunk(sent(0, bytes)), rejected)
      assert.equal(store.restoring, undefined)
    }
    assert.equal(snapshots.offer(snapshot, appHash), 'accept')
  })

  it('that leave out a part of the state reject the snapshot with the last one', () => {
    const { snapshots, adopted } = target()
    const digests = chunks.slice(1).map(digestOf)
    const lie = { ...withMetadata(snapshot, { chunks: digests }), chunks: digests.length }
    assert.equal(snapshots.offer(lie, appHash), 'accept')
    const results = digests.map((_, i) => snapshots.applyChunk(sent(i, chunks[i + 1])).result)
    assert.equal(results.at(-1), 'reject-snapshot')
    assert.equal(adopted(), 0)
  })

  it('of one snapshot are forgotten when another one is offered', () => {
    const { snapshots, adopted } = target()
    snapshots.offer(snapshot, appHash)
    snapshots.applyChunk(sent(0))
    snapshots.offer(snapshot, appHash)
    for (const i of chunks.keys()) if (i > 0) snapshots.applyChunk(sent(i))
    assert.equal(adopted(), 0)
    snapshots.applyChunk(sent(0))
    assert.equal(adopted(), 1)
  })
})

describe('an application that has synced its state', () => {
  it('goes on as the one that it has it from', () => {
    const { application, snapshot, chunks, appHash } = origin()
    const store = new MemorySnapshots()
    const synced = openTestApplication({ store })
    let adopted: CommittedState | undefined
    const snapshots = new Snapshots(store, () => {
      adopted = synced.adoptState()
    })
    assert.equal(snapshots.offer(snapshot, appHash), 'accept')
    for (const [index, bytes] of chunks.entries())
      snapshots.applyChunk({ index, bytes, sender: 'friend' })
    assert.deepEqual(adopted, synced.committed)
    assert.equal(synced.committed?.height, 3n)
    const transactions = [testTransaction({ nonce: 3n, text: 'after the sync' })]
    const [ours, theirs] = [application, synced].map((node) => runTestBlock(node, 4n, transactions))
    assert.ok(ours!.isAccepted && theirs!.isAccepted)
    assert.equal(ours!.committed.height, 4n)
    assert.equal(toHex(theirs!.committed.rootHash), toHex(ours!.committed.rootHash))
    assert.deepEqual(theirs!.results, ours!.results)
  })
})

const errors = definePlainErrors('testOfSnapshots', { refused: 'it says no' })

/** A state after a block. */
function grown(): MemorySnapshots {
  const store = new MemorySnapshots()
  runTestBlock(testApplication({}, { store }), 1n, [])
  return store
}

/** A service that answers when a state is adopted. */
function listening(stateSyncCompleted: Subscriber<'stateSyncCompleted'>): Service {
  return {
    name: '950_listener',
    methods: {},
    priority: () => 0n,
    *violations() {},
    subscriptions: { stateSyncCompleted },
  }
}

describe('an application over a state that is there', () => {
  it('tells everybody, in a context of which nothing stays', () => {
    const store = grown()
    const before = toHex(store.tree.rootHash())
    const heights: (bigint | undefined)[] = []
    const listener = listening(({ mode, state, committed }) => {
      assert.equal(mode, 'endBlock')
      state.insert(Uint8Array.of(1), Uint8Array.of(2))
      heights.push(committed?.height)
      return undefined
    })
    const application = openTestApplication({ store, services: [listener] })
    assert.deepEqual(heights, [1n])
    assert.equal(toHex(store.tree.rootHash()), before)
    assert.equal(application.committed?.height, 1n)
  })

  it('does not begin if somebody refuses', () => {
    const refusing = listening(() => {
      throw errors.refused()
    })
    const reason = 'testOfSnapshots.refused'
    assert.throws(() => openTestApplication({ store: grown(), services: [refusing] }), { reason })
  })

  it('tells nobody before there is a block', () => {
    const listener = listening(() => assert.fail('there is nothing to tell'))
    assert.equal(openTestApplication({ services: [listener] }).committed, undefined)
  })

  it('begins at height 1, or later', () => {
    const { chain } = testContext({ initialHeight: 0n })
    assert.throws(() => openTestApplication({ chain }), { reason: 'mux.initialHeight' })
  })

  it('refuses the state of another chain', () => {
    const { chain } = testContext({ context: 'f'.repeat(64) })
    assert.throws(() => openTestApplication({ store: grown(), chain }), {
      name: 'UnavailableError',
      reason: 'application.wrongChain',
    })
  })
})
