import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toUtf8 } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { Arena } from '@wadi/mkvs/arena'
import { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { CHUNK_COUNT_MAX } from '@wadi/mkvs/limits'
import { EMPTY_HASH, ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { createTree, openTree, type Tree } from '@wadi/mkvs/tree'
import { readWhole } from '../files/fileSystem.ts'
import { MemoryFiles } from '../files/memoryFiles.ts'
import { CHECKPOINT_META_SIZE_MAX, CHUNK_FETCHES_MAX, RESTORE_PIECES_MAX } from '../limits.ts'
import { NodeDatabase } from '../nodedb/nodeDatabase.ts'
import { CheckpointFiles, noChunkError } from './checkpointFiles.ts'
import { restoreCheckpoint } from './restoreCheckpoint.ts'

const namespace = new Uint8Array(32)
const arena = new Arena()

function open(files: MemoryFiles): NodeDatabase {
  return NodeDatabase.open({ path: 'db', chain: 'test', namespace, files })
}

function bigTree(count: number, type: 1 | 2 = ROOT_TYPE_STATE): Tree {
  const tree = createTree(arena, { namespace, type })
  for (let i = 0; i < count; i++) tree.insert(toUtf8(`key ${i}`), toUtf8(`value ${i}`.repeat(3)))
  tree.commit({ version: 7n, baseAddress: 1 })
  return tree
}

function count(database: NodeDatabase, root: Root): number {
  const rootAddress = database.rootAddress(root)
  const tree = openTree(arena, { root, rootAddress, reader: database })
  const found = Array.from(pairsWithPrefix(tree, new Uint8Array(0))).length
  const again = createTree(arena, { namespace, type: root.type })
  for (const [key, value] of pairsWithPrefix(tree, new Uint8Array(0))) again.insert(key, value)
  assert.ok(equalBytes(again.rootHash(), root.hash))
  tree.dispose()
  again.dispose()
  return found
}

const fetchFrom =
  (checkpoints: CheckpointFiles, root: Root) =>
  async (index: number): Promise<Uint8Array> => {
    const chunk = checkpoints.readChunk(root, index)
    if (chunk === undefined) throw noChunkError(index)
    return chunk
  }

describe('a checkpoint on disk', () => {
  it('is laid out as the reference does, is listed when it is whole, and can be removed', async () => {
    const files = new MemoryFiles()
    const checkpoints = new CheckpointFiles(files, 'checkpoints')
    const tree = bigTree(200)
    const metadata = await checkpoints.create({ tree, chunkSize: 2000, subtrees: 1 })
    assert.ok(metadata.chunks.length > 3)
    assert.deepEqual(checkpoints.list(), [metadata])
    const [hash] = files.list('checkpoints/7')
    const path = `checkpoints/7/${hash}`
    assert.deepEqual(files.list(path).toSorted(), ['chunks', 'meta'])
    assert.equal(files.list(`${path}/chunks`).length, metadata.chunks.length)
    assert.equal(checkpoints.readChunk(metadata.root, metadata.chunks.length), undefined)
    files.openWrite(`${path}/meta`).write([Uint8Array.of(0)], 3)
    assert.throws(() => checkpoints.list(), { name: 'UnavailableError', reason: 'storage.damaged' })
    files.openWrite(`${path}/meta`).write([new Uint8Array(CHECKPOINT_META_SIZE_MAX + 1)], 0)
    const message = new RegExp(String(CHECKPOINT_META_SIZE_MAX + 1))
    assert.throws(() => checkpoints.list(), { reason: 'storage.damaged', message })
    files.remove(`${path}/meta`)
    assert.deepEqual(checkpoints.list(), [])
    checkpoints.remove(metadata.root)
    assert.deepEqual(files.list('checkpoints'), [])
  })

  it('is kept when the tree that should replace it has uncommitted changes', async () => {
    const checkpoints = new CheckpointFiles(new MemoryFiles(), 'checkpoints')
    const tree = bigTree(50)
    const metadata = await checkpoints.create({ tree, chunkSize: 2000, subtrees: 1 })
    tree.insert(toUtf8('another key'), toUtf8('another value'))
    const again = checkpoints.create({ tree, chunkSize: 2000, subtrees: 1 })
    await assert.rejects(again, { reason: 'mkvs.uncommitted' })
    assert.deepEqual(checkpoints.list(), [metadata])
  })

  it('may have as many chunks as a restore can take, for both roots of a round', () => {
    const root = {
      namespace: new Uint8Array(32),
      version: 2n ** 64n - 1n,
      type: 1,
      hash: EMPTY_HASH,
    }
    const chunks = Array.from({ length: CHUNK_COUNT_MAX }, () => EMPTY_HASH)
    assert.ok(encode(Metadata, { version: 1, root, chunks }).length <= CHECKPOINT_META_SIZE_MAX)
    assert.equal(2 * CHUNK_COUNT_MAX, RESTORE_PIECES_MAX)
  })

  it('is not restored with no fetches under way, nor with one more than CHUNK_FETCHES_MAX', async () => {
    const files = new MemoryFiles()
    const checkpoints = new CheckpointFiles(files, 'checkpoints')
    const tree = bigTree(3)
    const metadata = await checkpoints.create({ tree, chunkSize: 1500, subtrees: 1 })
    const database = open(files)
    const fetchChunk = fetchFrom(checkpoints, tree.root)
    for (const fetches of [0, CHUNK_FETCHES_MAX + 1]) {
      const restoring = restoreCheckpoint({ database, metadata, fetchChunk, fetches })
      await assert.rejects(restoring, { name: 'BugError' })
    }
    assert.equal(database.restoringVersion, undefined)
    database.close()
  })

  it('is restored with any number of fetches under way, whole or cut into subtrees', async () => {
    for (const [fetches, subtrees] of [
      [1, 1],
      [4, 1],
      [CHUNK_FETCHES_MAX, 12],
    ] as const) {
      const files = new MemoryFiles()
      const checkpoints = new CheckpointFiles(files, 'checkpoints')
      const tree = bigTree(300)
      const metadata = await checkpoints.create({ tree, chunkSize: 1500, subtrees })
      const database = open(files)
      const fetchChunk = fetchFrom(checkpoints, tree.root)
      const root = await restoreCheckpoint({ database, metadata, fetchChunk, fetches })
      database.finalize([root])
      assert.equal(count(database, root), 300)
      database.close()
    }
  })

  it('is restored with the I/O root of the same version, and both go when they are pruned', async () => {
    const files = new MemoryFiles()
    const checkpoints = new CheckpointFiles(files, 'checkpoints')
    const database = open(files)
    const roots: Root[] = []
    for (const tree of [bigTree(50), bigTree(20, ROOT_TYPE_IO)]) {
      const metadata = await checkpoints.create({ tree, chunkSize: 700, subtrees: 1 })
      const fetchChunk = fetchFrom(checkpoints, tree.root)
      roots.push(await restoreCheckpoint({ database, metadata, fetchChunk, fetches: 2 }))
    }
    database.finalize(roots)
    assert.deepEqual(
      roots.map((root) => count(database, root)),
      [50, 20],
    )
    const [state] = roots
    const rootAddress = database.rootAddress(state!)
    const tree = openTree(arena, { root: state!, rootAddress, reader: database })
    for (let i = 0; i < 49; i++) tree.remove(toUtf8(`key ${i}`))
    const baseAddress = database.nextAddress
    const commit = tree.commit({ version: 8n, baseAddress })
    database.commit({ commit, previous: state!, baseAddress })
    database.finalize([commit.root])
    database.prune(7n)
    assert.equal(count(database, commit.root), 1)
    assert.ok(database.size.liveSize < 2000, `${database.size.liveSize}`)
    database.close()
  })

  it('goes on after a restart with the chunks that are missing', async () => {
    const files = new MemoryFiles()
    const checkpoints = new CheckpointFiles(files, 'checkpoints')
    const tree = bigTree(300)
    const metadata = await checkpoints.create({ tree, chunkSize: 1500, subtrees: 1 })
    const fetched: number[] = []
    const fetchChunk = async (index: number): Promise<Uint8Array> => {
      if (fetched.length === 5) throw noChunkError(index)
      fetched.push(index)
      return fetchFrom(checkpoints, tree.root)(index)
    }
    let database = open(files)
    await assert.rejects(restoreCheckpoint({ database, metadata, fetchChunk, fetches: 3 }), {
      reason: 'storage.noChunk',
    })
    files.cutPower(() => 0)
    database = open(files)
    const kept = Array.from(database.restoredPieces()).length
    assert.ok(kept >= 3, `${kept} pieces`)
    const rest: number[] = []
    const root = await restoreCheckpoint({
      database,
      metadata,
      fetches: 3,
      fetchChunk: (index) => {
        rest.push(index)
        return fetchFrom(checkpoints, tree.root)(index)
      },
    })
    assert.equal(kept + rest.length, metadata.chunks.length)
    database.finalize([root])
    assert.equal(count(database, root), 300)
    database.close()
  })

  it('refuses a chunk that was changed, and keeps what came before it', async () => {
    const files = new MemoryFiles()
    const checkpoints = new CheckpointFiles(files, 'checkpoints')
    const tree = bigTree(100)
    const metadata = await checkpoints.create({ tree, chunkSize: 1500, subtrees: 1 })
    const database = open(files)
    const restore = (broken: number) =>
      restoreCheckpoint({
        database,
        metadata,
        fetches: 1,
        fetchChunk: async (index) => {
          const chunk = await fetchFrom(checkpoints, tree.root)(index)
          if (index === broken) chunk[9] = chunk[9]! ^ 1
          return chunk
        },
      })
    await assert.rejects(restore(2), { name: 'CodedError', reason: 'mkvs.badChunk' })
    assert.equal(Array.from(database.restoredPieces()).length, 2)
    database.finalize([await restore(-1)])
    database.close()
  })

  it('restores an empty tree', async () => {
    const files = new MemoryFiles()
    const checkpoints = new CheckpointFiles(files, 'checkpoints')
    const tree = bigTree(0)
    const metadata = await checkpoints.create({ tree, chunkSize: 1500, subtrees: 1 })
    assert.equal(
      readWhole(files, `checkpoints/7/${files.list('checkpoints/7')[0]}/meta`).length > 0,
      true,
    )
    const database = open(files)
    const fetchChunk = fetchFrom(checkpoints, tree.root)
    const root = await restoreCheckpoint({ database, metadata, fetchChunk, fetches: 1 })
    assert.deepEqual(root.hash, EMPTY_HASH)
    database.finalize([root])
    database.close()
  })
})
