import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Header } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import { EMPTY_HASH, ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { Hash } from '@wadi/primitives/hash'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import { WORKPLACE_BYTES_KEPT } from '../limits.ts'
import { TEST_RUNTIME, testRounds } from '../testing/testRounds.ts'
import { RuntimeStore } from './runtimeStore.ts'
import { StoreCounter } from './storeCounter.ts'

const KEY = Uint8Array.of(1, 2, 3)
const VALUE = Uint8Array.of(4)
const PIECE_BYTES = 65_536

function openStore(files = new MemoryFiles()) {
  return new RuntimeStore({ files, path: 'runtime', chain: 'test', runtimeId: TEST_RUNTIME })
}

/** The hash of a tree with one pair. */
function hashOfPair(value = VALUE): Hash {
  const tree = createTree(new Arena(), { namespace: TEST_RUNTIME, type: ROOT_TYPE_STATE })
  tree.insert(KEY, value)
  return Hash.check(tree.rootHash())
}

/** The header of a round with these trees. */
function headerOf(
  round: number,
  roots: Partial<Pick<Header, 'ioRoot' | 'stateRoot'>> = {},
): Header {
  return { ...testRounds(round + 1)[round]!.block.header, ...roots }
}

function emptyRoot(type: typeof ROOT_TYPE_IO | typeof ROOT_TYPE_STATE, version: bigint): Root {
  return { namespace: TEST_RUNTIME, type, version, hash: EMPTY_HASH }
}

const FILLED = { stateRoot: hashOfPair() }

/** Two rounds: an empty one, and one that writes a pair. */
function fill(store: RuntimeStore): Header {
  store.finalize(headerOf(0))
  const header = headerOf(1, FILLED)
  store.apply({
    from: emptyRoot(ROOT_TYPE_STATE, 0n),
    to: stateRootOf(header),
    writeLog: [[KEY, VALUE]],
  })
  store.finalize(header)
  return header
}

describe("a runtime's trees", () => {
  it('are those of the last round, also for whoever opens them again', () => {
    const files = new MemoryFiles()
    const store = openStore(files)
    assert.equal(store.lastRound, undefined)
    const header = fill(store)
    assert.deepEqual(store.stateAfter(header).get(KEY), VALUE)
    store.close()
    const again = openStore(files)
    assert.equal(again.lastRound, 1n)
    assert.equal(again.hasRound(header), true)
    assert.deepEqual(again.stateAfter(header).get(KEY), VALUE)
    assert.equal(again.ioOf(header).get(KEY), undefined)
  })

  it('are not taken if they do not come out as it was said', () => {
    const store = openStore()
    store.finalize(headerOf(0))
    const to = stateRootOf(headerOf(1, FILLED))
    const from = emptyRoot(ROOT_TYPE_STATE, 0n)
    const wrong = () => store.apply({ from, to, writeLog: [[KEY, Uint8Array.of(5)]] })
    assert.throws(wrong, { reason: 'workers.otherRoot' })
    assert.equal(store.hasRoot(to), false)
    assert.throws(() => store.finalize(headerOf(1, FILLED)), /root not found/)
    store.apply({ from, to, writeLog: [[KEY, VALUE]] })
    assert.equal(store.hasRoot(to), true)
  })

  it('are made in memory that was there before, unless a large one was made in it', (t) => {
    const store = openStore()
    store.finalize(headerOf(0))
    const kernels = Reflect.get(globalThis, 'WebAssembly') as { readonly Instance: () => object }
    const { mock } = t.mock.method(kernels, 'Instance')
    const to = stateRootOf(headerOf(1, FILLED))
    const from = emptyRoot(ROOT_TYPE_STATE, 0n)
    /** Makes a tree of so many bytes, which is not the one that was said. */
    const make = (bytes: number) => {
      const pieces = Array.from({ length: Math.ceil(bytes / PIECE_BYTES) }, (_, i) => i)
      const writeLog = pieces.map((i) => [Uint8Array.of(i), new Uint8Array(PIECE_BYTES)] as const)
      assert.throws(() => store.apply({ from, to, writeLog }), { reason: 'workers.otherRoot' })
    }
    for (let i = 0; i < 3; i++) make(PIECE_BYTES)
    assert.equal(mock.callCount(), 0)
    make(WORKPLACE_BYTES_KEPT)
    assert.equal(mock.callCount(), 0)
    make(PIECE_BYTES)
    make(PIECE_BYTES)
    assert.equal(mock.callCount(), 1)
  })

  it('are made once, whoever brings them', () => {
    const store = openStore()
    const header = fill(store)
    const { size } = store.database.size
    const from = emptyRoot(ROOT_TYPE_STATE, 0n)
    store.apply({ from, to: stateRootOf(header), writeLog: [[KEY, VALUE]] })
    assert.equal(store.database.size.size, size)
  })

  it('follow a tree that is here', () => {
    const store = openStore()
    store.finalize(headerOf(0))
    const from = stateRootOf(headerOf(0, FILLED))
    const to = stateRootOf(headerOf(1, FILLED))
    assert.throws(() => store.apply({ from, to, writeLog: [] }), /root not found/)
  })

  it('tell what changed, and prove what is asked', () => {
    const store = openStore()
    const header = fill(store)
    const root = stateRootOf(header)
    assert.deepEqual(store.writeLog(emptyRoot(ROOT_TYPE_STATE, 0n), root), [[KEY, VALUE]])
    const tree = { root, position: root.hash }
    const request = { tree, key: KEY, includeSiblings: false, proofVersion: 0 }
    assert.deepEqual(store.get(request).untrustedRoot, root.hash)
    const other = { ...request, tree: { ...tree, root: { ...root, version: 7n } } }
    assert.throws(() => store.get(other), /root not found/)
  })

  it('are counted by what is asked of them and how it ends', () => {
    const { clock } = new VirtualTime()
    const metrics = new MetricsRegistry()
    const counter = new StoreCounter(metrics, clock)
    const files = new MemoryFiles()
    const place = { files, path: 'runtime', chain: 'test', runtimeId: TEST_RUNTIME }
    const store = new RuntimeStore({ ...place, counter })
    const header = fill(store)
    const root = stateRootOf(header)
    const from = emptyRoot(ROOT_TYPE_STATE, 0n)
    const to = { ...root, version: 7n }
    const broken = [
      [KEY, undefined],
      [VALUE, KEY],
    ] as const
    assert.throws(() => store.apply({ from, to, writeLog: broken }))
    store.writeLog(from, root)
    assert.throws(() => store.writeLog(from, to))
    const tree = { root, position: root.hash }
    const proof = { tree, includeSiblings: false, proofVersion: 0 }
    store.get({ ...proof, key: KEY })
    assert.throws(() => store.get({ ...proof, key: KEY, tree: { ...tree, root: to } }))
    store.getPrefixes({ ...proof, prefixes: [KEY], limit: 1 })
    store.iterate({ ...proof, key: KEY, prefetch: 1 })
    const text = formatMetrics(metrics.collect())
    for (const line of [
      'oasis_storage_successes{call="apply"} 1',
      'oasis_storage_failures{call="apply"} 1',
      'oasis_storage_value_size_sum{call="apply"} 11',
      'oasis_storage_value_size_count{call="apply"} 2',
      'oasis_storage_successes{call="get_diff"} 1',
      'oasis_storage_failures{call="get_diff"} 1',
      'oasis_storage_successes{call="sync_get"} 1',
      'oasis_storage_failures{call="sync_get"} 1',
      'oasis_storage_latency_count{call="sync_get"} 2',
      'oasis_storage_successes{call="sync_get_prefixes"} 1',
      'oasis_storage_successes{call="sync_iterate"} 1',
    ])
      assert.ok(text.includes(`${line}\n`), `${line} in ${text}`)
  })

  it('are forgotten from the first round on, and stay otherwise', () => {
    const store = openStore()
    const one = fill(store)
    const two = headerOf(2, { ...FILLED, ioRoot: hashOfPair() })
    store.apply({ from: stateRootOf(one), to: stateRootOf(two), writeLog: [] })
    store.apply({
      from: emptyRoot(ROOT_TYPE_IO, 2n),
      to: ioRootOf(two),
      writeLog: [[KEY, VALUE]],
    })
    store.finalize(two)
    assert.deepEqual(store.stateAfter(one).get(KEY), VALUE)
    store.prune(0n)
    store.prune(1n)
    assert.equal(store.earliestRound, 2n)
    assert.throws(() => store.stateAfter(one), /root not found/)
    assert.deepEqual(store.stateAfter(two).get(KEY), VALUE)
    assert.deepEqual(store.ioOf(two).get(KEY), VALUE)
    assert.throws(() => store.prune(2n), /latest/)
  })
})
