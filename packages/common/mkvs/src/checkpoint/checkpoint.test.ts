import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import fc from 'fast-check'
import { Arena } from '../arena.ts'
import {
  CHUNK_BYTES_MAX,
  CHUNK_COUNT_MAX,
  PROOF_ENTRIES_MAX,
  SUBTREE_SPLITS_MAX,
} from '../limits.ts'
import type { NodeReader } from '../nodeReader.ts'
import { RECORD_HEAD_BYTES, recordSize } from '../nodeRecord.ts'
import { EMPTY_HASH, ROOT_TYPE_STATE } from '../roots.ts'
import { encodeSnappy } from '../snappy/framing.ts'
import { type Pair, pairsWithPrefix } from '../state.ts'
import { createTree, openTree, type Tree } from '../tree.ts'
import { decodeChunk, digestOf, encodeChunk } from './chunk.ts'
import { checkMetadata, Metadata } from './metadata.ts'
import { type ChunkTask, produceChunk, splitTree, WHOLE_TREE } from './produce.ts'
import {
  finishRestore,
  missingChunks,
  type RestoreState,
  restoreChunk,
  startRestore,
} from './restore.ts'
import { decodeSpine, encodeSpine } from './spine.ts'

/** An empty byte string in CBOR. */
const EMPTY_STRING = 0x40

const arena = new Arena()
const namespace = new Uint8Array(32)

function treeOf(pairs: readonly Pair[]): Tree {
  const tree = createTree(arena, { namespace, type: ROOT_TYPE_STATE })
  for (const [k, v] of pairs) tree.insert(k, v)
  tree.commit({ version: 1n, baseAddress: 1 })
  return tree
}

function chunksOf(tree: Tree, tasks: readonly ChunkTask[], bytesMin: number): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (const task of tasks) {
    for (let rest: ChunkTask | undefined = task; rest !== undefined; ) {
      const { entries, next } = produceChunk(tree, rest, bytesMin)
      chunks.push(encodeChunk(entries))
      rest = next
    }
  }
  return chunks
}

const metadataOf = (tree: Tree, chunks: readonly Uint8Array[]): Metadata => ({
  version: 1,
  root: tree.root,
  chunks: chunks.map(digestOf),
})

interface Restored {
  readonly state: RestoreState
  readonly log: Uint8Array
}

function restoreAll(
  metadata: Metadata,
  arrivals: readonly (readonly [number, Uint8Array])[],
): Restored {
  let state = startRestore(metadata)
  let log: Uint8Array = Uint8Array.of(0)
  for (const [index, bytes] of arrivals) {
    const step = restoreChunk(state, { index, bytes, baseAddress: log.length })
    state = step.state
    log = concatBytes(log, ...step.records)
  }
  return { state, log }
}

const readerOf = (log: Uint8Array): NodeReader => ({
  read: (address) => {
    const rest = log.subarray(address)
    return rest.subarray(0, recordSize(rest.subarray(0, RECORD_HEAD_BYTES)))
  },
})

const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x40, 0x80, 0xff), { maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes))
const pairs = fc.array(fc.tuple(key, fc.uint8Array({ maxLength: 20 })), { maxLength: 60 })
const allPairs = (tree: Tree): Pair[] => [...pairsWithPrefix(tree, EMPTY_BYTES)]

/** A key that leaves the all-ones path behind `ones` bits. */
function lopsided(ones: number): Uint8Array {
  const key = new Uint8Array(4)
  for (let bit = 0; bit < ones; bit++) key[bit >>> 3]! |= 0x80 >> (bit & 7)
  return key
}

const sample = (): Tree =>
  treeOf(
    Array.from({ length: 40 }, (_, i) => [sha512Trunc256(Uint8Array.of(i)), toUtf8(`value ${i}`)]),
  )

describe('a checkpoint', () => {
  it('restores every tree from its chunks in any order', () => {
    const run = (list: Pair[], bytesMin: number, count: number, order: readonly number[]): void => {
      const tree = treeOf(list)
      const tasks = count === 0 ? [WHOLE_TREE] : splitTree(tree, count)
      const chunks = chunksOf(tree, tasks, bytesMin)
      const metadata = metadataOf(tree, chunks)
      checkMetadata(metadata)
      const arrivals = chunks
        .map((bytes, i) => [i, bytes] as const)
        .sort(([a], [b]) => (order[a % 8] ?? 0) - (order[b % 8] ?? 0) || a - b)
      const { state, log } = restoreAll(metadata, arrivals)
      assert.deepEqual(missingChunks(state), [])
      const { root, rootAddress } = finishRestore(state)
      const restored = openTree(arena, { root, rootAddress, reader: readerOf(log) })
      assert.deepEqual(allPairs(restored), allPairs(tree))
      restored.dispose()
      tree.dispose()
    }
    const order = fc.array(fc.nat(100), { minLength: 8, maxLength: 8 })
    fc.assert(fc.property(pairs, fc.integer({ min: 1, max: 400 }), fc.nat(5), order, run), {
      numRuns: 200,
    })
  })

  it('of an empty tree is one chunk with a single null', () => {
    const tree = treeOf([])
    const chunks = chunksOf(tree, [WHOLE_TREE], 1000)
    assert.deepEqual(chunks.map(decodeChunk), [[undefined]])
    const { state } = restoreAll(metadataOf(tree, chunks), [[0, chunks[0]!]])
    assert.deepEqual(finishRestore(state), { root: tree.root, rootAddress: 0 })
    assert.deepEqual(tree.root.hash, EMPTY_HASH)
    tree.dispose()
  })

  it('is cut where the size estimate reaches the chunk size, each chunk being a proof', () => {
    const tree = sample()
    const whole = chunksOf(tree, [WHOLE_TREE], 1 << 20)
    const small = chunksOf(tree, [WHOLE_TREE], 500)
    assert.equal(whole.length, 1)
    assert.ok(small.length > 3)
    assert.equal(splitTree(tree, 4).length, 4)
    tree.dispose()
  })

  it('is split at most ten times, however lopsided the tree is', () => {
    const tree = treeOf(Array.from({ length: 20 }, (_, i) => [lopsided(i), EMPTY_BYTES]))
    assert.equal(splitTree(tree, 5).length, 5)
    assert.equal(splitTree(tree, 100).length, SUBTREE_SPLITS_MAX + 1)
    tree.dispose()
  })

  it('can be left and picked up again from the plain state', () => {
    const tree = sample()
    const chunks = chunksOf(tree, [WHOLE_TREE], 500)
    const metadata = metadataOf(tree, chunks)
    const half = chunks.slice(0, 2).map((bytes, i) => [i, bytes] as const)
    const { state, log } = restoreAll(metadata, half)
    const copied: RestoreState = structuredClone(state)
    let later = copied
    let rest: Uint8Array = log
    for (const index of missingChunks(copied)) {
      const step = restoreChunk(later, { index, bytes: chunks[index]!, baseAddress: rest.length })
      rest = concatBytes(rest, ...step.records)
      later = step.state
    }
    const { rootAddress } = finishRestore(later)
    const restored = openTree(arena, { root: tree.root, rootAddress, reader: readerOf(rest) })
    assert.deepEqual(allPairs(restored), allPairs(tree))
    restored.dispose()
    tree.dispose()
  })

  it('takes a chunk in once', () => {
    const tree = sample()
    const chunks = chunksOf(tree, [WHOLE_TREE], 500)
    const { state } = restoreAll(metadataOf(tree, chunks), [[2, chunks[2]!]])
    const again = restoreChunk(state, { index: 2, bytes: chunks[2]!, baseAddress: 1 })
    assert.deepEqual(again, { state, records: [] })
    tree.dispose()
  })
})

describe('a restore', () => {
  it('refuses chunks that are unknown, of another digest or of another root', () => {
    const tree = sample()
    const chunks = chunksOf(tree, [WHOLE_TREE], 500)
    const state = startRestore(metadataOf(tree, chunks))
    const take = (index: number, bytes: Uint8Array) =>
      restoreChunk(state, { index, bytes, baseAddress: 1 })
    assert.throws(() => take(chunks.length, chunks[0]!), { reason: 'mkvs.badChunk' })
    assert.throws(() => take(0, chunks[1]!), { reason: 'mkvs.badChunk' })
    const other = treeOf([[toUtf8('a'), toUtf8('b')]])
    const foreign = chunksOf(other, [WHOLE_TREE], 500)
    const mixed = startRestore({ ...metadataOf(tree, chunks), chunks: foreign.map(digestOf) })
    assert.throws(() => restoreChunk(mixed, { index: 0, bytes: foreign[0]!, baseAddress: 1 }), {
      reason: 'mkvs.rootMismatch',
    })
    other.dispose()
    tree.dispose()
  })

  it('notices when the chunks leave something out', () => {
    const tree = sample()
    const chunks = chunksOf(tree, [WHOLE_TREE], 500).slice(0, -1)
    const metadata = metadataOf(tree, chunks)
    const { state } = restoreAll(
      metadata,
      chunks.map((bytes, i) => [i, bytes] as const),
    )
    assert.throws(() => finishRestore(state), { reason: 'mkvs.badCheckpoint' })
    assert.throws(() => finishRestore(startRestore(metadata)), { reason: 'mkvs.badCheckpoint' })
    tree.dispose()
  })

  it('refuses metadata without chunks, of another version or another root type', () => {
    const tree = sample()
    const good = metadataOf(tree, chunksOf(tree, [WHOLE_TREE], 1000))
    assert.deepEqual(decode(Metadata, encode(Metadata, good)), good)
    assert.throws(() => startRestore({ ...good, chunks: [] }), { reason: 'mkvs.badCheckpoint' })
    assert.throws(() => startRestore({ ...good, version: 2 }), { reason: 'mkvs.badCheckpoint' })
    const many = (count: number) => ({ ...good, chunks: Array(count).fill(good.root.hash) })
    checkMetadata(many(CHUNK_COUNT_MAX))
    assert.throws(() => checkMetadata(many(CHUNK_COUNT_MAX + 1)), { reason: 'mkvs.badCheckpoint' })
    const root = { ...good.root, type: 0 }
    assert.throws(() => startRestore({ ...good, root }), { reason: 'mkvs.rootMismatch' })
    tree.dispose()
  })
})

describe('a chunk', () => {
  it('is refused after every single-byte mutation, whatever its digest', () => {
    const tree = sample()
    const [chunk] = chunksOf(tree, [WHOLE_TREE], 300)
    const root = tree.root
    for (let at = 0; at < chunk!.length; at += 7) {
      const bytes = chunk!.with(at, chunk![at]! ^ 0x55)
      const state = startRestore({ version: 1, root, chunks: [digestOf(bytes)] })
      assert.throws(
        () => restoreChunk(state, { index: 0, bytes, baseAddress: 1 }),
        (error) => error instanceof CodedError,
      )
    }
    tree.dispose()
  })

  it('answers any bytes with a coded error or entries', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (content) => {
        for (const bytes of [content, encodeSnappy(content)]) {
          try {
            decodeChunk(bytes)
          } catch (error) {
            assert.ok(error instanceof CodedError, String(error))
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is no larger than 64 MiB, neither packed nor unpacked', () => {
    const decodeZeros = (size: number) => () => decodeChunk(new Uint8Array(size))
    assert.throws(decodeZeros(CHUNK_BYTES_MAX), { reason: 'mkvs.badSnappy' })
    assert.throws(decodeZeros(CHUNK_BYTES_MAX + 1), { reason: 'mkvs.badChunk' })
  })

  it('has so many entries and not one more, however small they are', () => {
    const chunkOf = (count: number) => encodeSnappy(new Uint8Array(count).fill(EMPTY_STRING))
    assert.equal(decodeChunk(chunkOf(PROOF_ENTRIES_MAX)).length, PROOF_ENTRIES_MAX)
    const oneMore = chunkOf(PROOF_ENTRIES_MAX + 1)
    assert.throws(() => decodeChunk(oneMore), { reason: 'mkvs.badChunk' })
  })
})

describe('the spine', () => {
  it('comes back as it was from its list, and is refused when the list is malformed', () => {
    const hash = new Uint8Array(32).fill(5)
    const spine = {
      kind: 'internal' as const,
      hash,
      labelBits: 9,
      label: Uint8Array.of(0xff, 0x80),
      leaf: undefined,
      left: { kind: 'hash' as const, hash },
      right: { kind: 'stored' as const, hash, address: 2 ** 47 + 3 },
    }
    const list = encodeSpine(spine)
    assert.deepEqual(decodeSpine(list), spine)
    for (const bad of [
      [],
      list.slice(1, 3),
      list.slice(0, -1),
      [...list, undefined],
      [toUtf8('x')],
    ])
      assert.throws(() => decodeSpine(bad), { reason: 'mkvs.badCheckpoint' })
    assert.equal(toHex(hash).length, 64)
  })
})
