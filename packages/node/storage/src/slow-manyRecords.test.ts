/** Versions and chunks with more records than a call has room for arguments. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Arena } from '@wadi/mkvs/arena'
import { EMPTY_HASH, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { openTree, type Tree } from '@wadi/mkvs/tree'
import { CheckpointFiles } from './checkpoint/checkpointFiles.ts'
import { finish, resumeState, takeIn } from './checkpoint/restoreCheckpoint.ts'
import { MemoryFiles } from './files/memoryFiles.ts'
import { NodeDatabase } from './nodedb/nodeDatabase.ts'

const KEYS = 130_000
const CHUNK_SIZE = 8 * 1024 * 1024
const namespace = new Uint8Array(32)
const arena = new Arena()

function open(): NodeDatabase {
  return NodeDatabase.open({ path: 'db', chain: 'test', namespace, files: new MemoryFiles() })
}

function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(4)
  new DataView(key.buffer).setUint32(0, number)
  return key
}

function rootOf(version: bigint, hash: Uint8Array): Root {
  return { namespace, version, type: ROOT_TYPE_STATE, hash }
}

/** Changes a state, and makes what comes of it final; the tree is the caller's. */
function commit(database: NodeDatabase, previous: Root, change: (tree: Tree) => void): Tree {
  const rootAddress = database.rootAddress(previous)
  const tree = openTree(arena, { root: previous, rootAddress, reader: database })
  change(tree)
  const baseAddress = database.nextAddress
  const made = tree.commit({ version: previous.version + 1n, baseAddress })
  database.commit({ commit: made, previous, baseAddress })
  database.finalize([made.root])
  return tree
}

function fill(tree: Tree): void {
  for (let number = 0; number < KEYS; number++) tree.insert(keyOf(number), Uint8Array.of(1))
}

function empty(tree: Tree): void {
  for (let number = 0; number < KEYS; number++) tree.remove(keyOf(number))
}

describe('so many records', () => {
  it('are let go with the version that had them last', () => {
    const database = open()
    const full = commit(database, rootOf(0n, EMPTY_HASH), fill)
    const gone = commit(database, full.root, empty)
    database.prune(1n)
    assert.equal(database.earliestVersion, 2n)
    full.dispose()
    gone.dispose()
  })

  it('are one chunk of a checkpoint, which is restored, and forgotten half-way', async () => {
    const database = open()
    const tree = commit(database, rootOf(0n, EMPTY_HASH), fill)
    const checkpoints = new CheckpointFiles(new MemoryFiles(), 'checkpoints')
    const metadata = await checkpoints.create({ tree, chunkSize: CHUNK_SIZE, subtrees: 1 })
    assert.equal(metadata.chunks.length, 1)
    const restored = open()
    const bytes = checkpoints.readChunk(tree.root, 0)!
    const take = () => {
      restored.beginRestore(1n)
      return takeIn(restored, resumeState(restored, metadata), { index: 0, bytes })
    }
    take()
    restored.abortRestore()
    const state = take()
    assert.deepEqual(finish(restored, state), tree.root)
    tree.dispose()
  })
})
