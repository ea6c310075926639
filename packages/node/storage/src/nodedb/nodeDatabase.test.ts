import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { Arena } from '@wadi/mkvs/arena'
import type { Commit } from '@wadi/mkvs/commit'
import { ARENA_BYTES_MIN } from '@wadi/mkvs/limits'
import {
  EMPTY_HASH,
  ROOT_TYPE_IO,
  ROOT_TYPE_STATE,
  type Root,
  type RootType,
} from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { openTree } from '@wadi/mkvs/tree'
import { MemoryFiles } from '../files/memoryFiles.ts'
import {
  NOTES_CACHED_MAX,
  PENDING_BATCHES_MAX,
  RESTORE_NOTE_SIZE_MAX,
  RESTORE_PIECES_MAX,
} from '../limits.ts'
import { NodeDatabase, type NodeDatabaseOptions } from './nodeDatabase.ts'

const namespace = new Uint8Array(32)
const arena = new Arena()

function open(files: MemoryFiles, options: Partial<NodeDatabaseOptions> = {}): NodeDatabase {
  return NodeDatabase.open({ path: 'db', chain: 'test', namespace, files, ...options })
}

const emptyRoot = (version: bigint, type: RootType = ROOT_TYPE_STATE): Root => ({
  namespace,
  version,
  type,
  hash: EMPTY_HASH,
})

type Pairs = Readonly<Record<string, string>>

/** Commits the pairs on top of a root and says which root came of it. */
function commit(database: NodeDatabase, previous: Root, version: bigint, pairs: Pairs): Root {
  const rootAddress = database.rootAddress(previous)
  const tree = openTree(arena, { root: previous, rootAddress, reader: database })
  for (const [key, value] of Object.entries(pairs)) tree.insert(toUtf8(key), toUtf8(value))
  const baseAddress = database.nextAddress
  const made = tree.commit({ version, baseAddress })
  database.commit({ commit: made, previous, baseAddress })
  tree.dispose()
  return made.root
}

function finalized(database: NodeDatabase, previous: Root, version: bigint, pairs: Pairs): Root {
  const root = commit(database, previous, version, pairs)
  database.finalize([root])
  return root
}

function read(database: NodeDatabase, root: Root): Pairs {
  const rootAddress = database.rootAddress(root)
  const tree = openTree(arena, { root, rootAddress, reader: database })
  const decode = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
  const pairs = pairsWithPrefix(tree, new Uint8Array(0))
  const found = Object.fromEntries(Array.from(pairs, ([k, v]) => [decode(k), decode(v)]))
  tree.dispose()
  return found
}

const refuses = (action: () => unknown, code: number): void =>
  assert.throws(action, { name: 'CodedError', module: 'storage/mkvs/db', code })
const refusesPlain = (action: () => unknown, reason: string): void =>
  assert.throws(action, { name: 'CodedError', module: 'unknown', code: 1, reason })

describe('the node database', () => {
  it('keeps many versions readable at once, and drops the earliest when it is pruned', () => {
    const database = open(new MemoryFiles())
    const roots: Root[] = []
    for (let v = 1n; v <= 20n; v++)
      roots.push(
        finalized(database, roots.at(-1) ?? emptyRoot(1n), v, {
          [`key ${v}`]: `${v}`,
          all: `${v}`,
        }),
      )
    for (const root of roots) assert.equal(read(database, root)['all'], String(root.version))
    for (let v = 1n; v <= 10n; v++) database.prune(v)
    assert.equal(database.earliestVersion, 11n)
    for (const root of roots) assert.equal(database.hasRoot(root), root.version > 10n)
    assert.equal(Object.keys(read(database, roots[10]!)).length, 12)
    database.close()
  })

  it('keeps one candidate of a type and discards its siblings and what came of them', () => {
    const database = open(new MemoryFiles())
    const first = finalized(database, emptyRoot(1n), 1n, { a: '1' })
    const kept = commit(database, first, 2n, { a: '2' })
    const dropped = commit(database, first, 2n, { a: '3' })
    const child = commit(database, dropped, 3n, { a: '4' })
    const io = commit(database, emptyRoot(2n, ROOT_TYPE_IO), 2n, { in: 'out' })
    assert.equal(database.roots(2n).length, 3)
    database.finalize([kept, io])
    assert.deepEqual(
      database
        .roots(2n)
        .map(({ hash }) => toHex(hash))
        .sort(),
      [kept, io].map(({ hash }) => toHex(hash)).sort(),
    )
    assert.equal(database.hasRoot(dropped), false)
    assert.equal(database.hasRoot(child), false)
    assert.deepEqual(read(database, io), { in: 'out' })
    database.close()
  })

  it('does not finalize a root that was derived from one that is not final', () => {
    const database = open(new MemoryFiles())
    const first = commit(database, emptyRoot(1n), 1n, { a: '1' })
    const same = commit(database, first, 2n, {})
    refuses(() => database.finalize([same]), 3)
    database.finalize([first])
    database.finalize([same])
    assert.deepEqual(read(database, same), { a: '1' })
    database.close()
  })

  it('gives back the write log between a root and the one it was derived from', () => {
    const database = open(new MemoryFiles())
    const first = finalized(database, emptyRoot(1n), 1n, { a: '1' })
    const second = finalized(database, first, 2n, { b: '2' })
    assert.deepEqual(database.writeLog(first, second), [[toUtf8('b'), toUtf8('2')]])
    refuses(() => database.writeLog(second, first), 9)
    refuses(() => database.writeLog(emptyRoot(2n), second), 2)
    assert.equal(database.writeLog(emptyRoot(0n), first).length, 1, 'an empty root has no version')
    refuses(() => database.writeLog(first, { ...second, hash: new Uint8Array(32) }), 8)
    database.prune(1n)
    refuses(() => database.writeLog(emptyRoot(1n), first), 2)
    database.close()
  })

  it('gives the space of pruned versions back', () => {
    const files = new MemoryFiles()
    const database = open(files, { sizes: { segmentSize: 4096 } })
    let root = emptyRoot(1n)
    for (let v = 1n; v <= 200n; v++) {
      root = finalized(database, root, v, { [`key ${v % 10n}`]: 'x'.repeat(100) + v })
      if (v > 2n) database.prune(v - 2n)
    }
    const before = database.size.size
    while (database.compact()) assert.equal(Object.keys(read(database, root)).length, 10)
    assert.ok(database.size.size * 5 < before, `${before} bytes became ${database.size.size}`)
    assert.equal(Object.keys(read(database, root)).length, 10)
    database.close()
    const again = open(files)
    assert.equal(Object.keys(read(again, root)).length, 10)
    again.close()
  })

  it('loses in a power cut what its durability says, and nothing else', () => {
    const expected = { sync: [2n, 3n], finalized: [2n], buffered: [] }
    for (const durability of ['sync', 'finalized', 'buffered'] as const) {
      const files = new MemoryFiles()
      open(files).close()
      const database = open(files, { durability })
      const first = finalized(database, emptyRoot(1n), 1n, { a: '1' })
      const second = finalized(database, first, 2n, { a: '2' })
      commit(database, second, 3n, { a: '3' })
      files.cutPower(() => 0)
      const again = open(files)
      const found = [2n, 3n].filter((version) => again.roots(version).length > 0)
      assert.deepEqual(found, expected[durability])
      again.close()
    }
  })

  it('refuses what the reference refuses, with its codes', () => {
    const database = open(new MemoryFiles())
    const other = { ...emptyRoot(1n), namespace: new Uint8Array(32).fill(1) }
    refuses(() => database.read(1000), 1)
    refuses(() => database.prune(1n), 3)
    const one = finalized(database, emptyRoot(1n), 1n, { a: '1' })
    refuses(() => commit(database, emptyRoot(1n), 1n, { a: '2' }), 4)
    refuses(() => database.finalize([one]), 4)
    refuses(() => database.finalize([{ ...one, version: 3n }]), 3)
    refuses(() => database.finalize([{ ...one, version: 2n }]), 8)
    refuses(() => commit(database, { ...one, version: 0n }, 1n, {}), 8)
    refuses(() => commit(database, emptyRoot(1n), 3n, {}), 9)
    refuses(() => database.rootAddress(other), 10)
    refuses(() => database.prune(1n), 16)
    const two = finalized(database, one, 2n, { a: '2' })
    refuses(() => database.prune(2n), 11)
    refuses(() => database.prune(3n), 3)
    refuses(() => database.beginRestore(0n), 14)
    refuses(() => database.beginRestore(2n), 4)
    database.beginRestore(9n)
    refuses(() => database.beginRestore(10n), 13)
    refuses(() => database.prune(1n), 13)
    refuses(() => commit(database, two, 3n, { a: '3' }), 14)
    refuses(() => database.finalize([emptyRoot(3n)]), 14)
    database.abortRestore()
    refuses(() => database.storePiece(new Uint8Array(0), new Uint8Array(0)), 14)
    database.close()
  })

  it('refuses, without a code, what the reference refuses without one', () => {
    const database = open(new MemoryFiles())
    refusesPlain(() => database.finalize([]), 'nodedb.noRoots')
    const io = commit(database, emptyRoot(1n, ROOT_TYPE_IO), 1n, { a: '1' })
    const state = commit(database, emptyRoot(1n), 1n, { a: '1' })
    refusesPlain(() => database.finalize([state, { ...io, version: 2n }]), 'nodedb.mixedVersions')
    refusesPlain(() => database.finalize([state, state]), 'nodedb.twoRootsOfType')
    refusesPlain(() => commit(database, io, 2n, { a: '2' }), 'nodedb.noChildRoots')
    refusesPlain(() => commit(database, state, 1n, { a: '2' }), 'nodedb.sameVersionChild')
    database.close()
  })

  it('gives no wrong nodes to a tree that goes on although its commit was refused', () => {
    const database = open(new MemoryFiles())
    const small = new Arena({ bytesMax: ARENA_BYTES_MIN })
    const first = finalized(database, emptyRoot(0n), 1n, { a: '1', b: '2', c: '3' })
    const rootAddress = database.rootAddress(first)
    const tree = openTree(small, { root: first, rootAddress, reader: database })
    const baseAddress = database.nextAddress
    tree.insert(toUtf8('a'), toUtf8('4'))
    const refused = tree.commit({ version: 1n, baseAddress })
    refuses(() => database.commit({ commit: refused, previous: emptyRoot(0n), baseAddress }), 4)
    finalized(database, first, 2n, { a: '5', d: '6' })
    small.evict()
    small.evict()
    assert.throws(() => tree.get(toUtf8('a')), { reason: 'mkvs.other-node' })
    tree.dispose()
    database.close()
  })

  it('is not opened for another chain or runtime, nor twice at the same time', () => {
    const files = new MemoryFiles()
    const database = open(files)
    assert.throws(() => open(files), { name: 'UnavailableError', reason: 'storage.held' })
    database.close()
    const other = { namespace: new Uint8Array(32).fill(1) }
    for (const options of [{ chain: 'other' }, other])
      assert.throws(() => open(files, options), { reason: 'storage.otherChain' })
    open(files).close()
  })

  it('finds more versions than it keeps decoded', () => {
    const database = open(new MemoryFiles(), { durability: 'buffered' })
    const roots: Root[] = []
    for (let version = 1n; version <= NOTES_CACHED_MAX + 1; version++) {
      const before = roots.at(-1) ?? emptyRoot(1n)
      roots.push(finalized(database, before, version, { a: `${version}` }))
    }
    for (const root of roots) assert.deepEqual(read(database, root), { a: `${root.version}` })
    database.close()
  })

  it('holds so many batches that are not final and refuses one more', () => {
    const database = open(new MemoryFiles(), { durability: 'buffered' })
    const fake: Commit = {
      root: { ...emptyRoot(1n), hash: new Uint8Array(32) },
      records: new Uint8Array(0),
      rootAddress: 0,
      removed: [],
      writeLog: undefined,
    }
    const store = (): void => {
      const baseAddress = database.nextAddress
      database.commit({ commit: fake, previous: emptyRoot(1n), baseAddress })
    }
    for (let i = 0; i < PENDING_BATCHES_MAX; i++) store()
    refusesPlain(store, 'nodedb.tooManyPending')
    database.close()
  })
})

describe('a restore in a node database', () => {
  const nothing = new Uint8Array(0)

  /** Stores a tree in pieces: its nodes first, then a root that needs no new ones. */
  function storePieces(database: NodeDatabase, pairs: Pairs): Commit {
    const source = openTree(arena, { root: emptyRoot(5n), rootAddress: 0, reader: database })
    for (const [key, value] of Object.entries(pairs)) source.insert(toUtf8(key), toUtf8(value))
    const made = source.commit({ version: 5n, baseAddress: database.nextAddress })
    database.storePiece(made.records.slice(), toUtf8('chunk 0'))
    source.dispose()
    return { ...made, records: nothing }
  }

  it('goes on after a restart, and becomes the first version when it is finalized', () => {
    const files = new MemoryFiles()
    let database = open(files)
    database.beginRestore(5n)
    const made = storePieces(database, { a: '1', b: '2', c: '3' })
    files.kill()
    database = open(files)
    assert.equal(database.restoringVersion, 5n)
    database.beginRestore(5n)
    const [piece] = Array.from(database.restoredPieces())
    assert.deepEqual(piece?.note, toUtf8('chunk 0'))
    const baseAddress = database.nextAddress
    database.commit({ commit: made, previous: emptyRoot(5n), baseAddress })
    database.finalize([made.root])
    assert.equal(database.restoringVersion, undefined)
    assert.deepEqual(read(database, made.root), { a: '1', b: '2', c: '3' })
    const next = finalized(database, made.root, 6n, { a: '9' })
    database.prune(5n)
    assert.deepEqual(read(database, next), { a: '9', b: '2', c: '3' })
    database.close()
  })

  it('is discarded as a whole when it is given up', () => {
    const database = open(new MemoryFiles(), { sizes: { segmentSize: 64 } })
    const first = finalized(database, emptyRoot(1n), 1n, { a: '1' })
    const before = database.size.liveSize
    database.beginRestore(5n)
    storePieces(database, { a: '1', b: '2', c: '3' })
    assert.ok(database.size.liveSize > before)
    database.abortRestore()
    assert.equal(database.size.liveSize, before)
    const second = finalized(database, first, 2n, { b: '2' })
    assert.deepEqual(read(database, second), { a: '1', b: '2' })
    database.close()
  })

  it('takes so many pieces, and notes of such a size, and no more', () => {
    const database = open(new MemoryFiles(), { durability: 'buffered' })
    database.beginRestore(5n)
    const note = new Uint8Array(RESTORE_NOTE_SIZE_MAX + 1)
    database.storePiece(nothing, note.subarray(1))
    refusesPlain(() => database.storePiece(nothing, note), 'nodedb.noteTooLong')
    for (let i = 1; i < RESTORE_PIECES_MAX; i++) database.storePiece(nothing, nothing)
    refusesPlain(() => database.storePiece(nothing, nothing), 'nodedb.tooManyPieces')
    database.close()
  })
})
