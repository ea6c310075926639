import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { Arena } from '@wadi/mkvs/arena'
import { EMPTY_HASH, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { openTree, type Tree } from '@wadi/mkvs/tree'
import { readWhole } from '../files/fileSystem.ts'
import { MemoryFiles } from '../files/memoryFiles.ts'
import { PAGE_SIZE } from '../limits.ts'
import { NodeDatabase } from './nodeDatabase.ts'
import { plainName } from './segment.ts'

const namespace = new Uint8Array(32)
const arena = new Arena()
const LOG = `db/${plainName(1)}`

function open(files: MemoryFiles): NodeDatabase {
  return NodeDatabase.open({ path: 'db', chain: 'test', namespace, files })
}

function openLatest(database: NodeDatabase): Tree {
  const version = database.latestVersion ?? 1n
  const empty: Root = { namespace, version, type: ROOT_TYPE_STATE, hash: EMPTY_HASH }
  const root = database.roots(version)[0] ?? empty
  return openTree(arena, { root, rootAddress: database.rootAddress(root), reader: database })
}

function writeVersion(database: NodeDatabase): void {
  const tree = openLatest(database)
  const version = (database.latestVersion ?? 0n) + 1n
  for (let i = 0; i < 3; i++) tree.insert(toUtf8(`key ${i}`), toUtf8(`value ${version}`))
  const previous = { ...tree.root, version: version === 1n ? 1n : version - 1n }
  const baseAddress = database.nextAddress
  const commit = tree.commit({ version, baseAddress })
  database.commit({ commit, previous, baseAddress })
  database.finalize([commit.root])
  tree.dispose()
}

/** A candidate for the next version that is none in the end. */
function dropVersion(database: NodeDatabase): void {
  const tree = openLatest(database)
  const version = (database.latestVersion ?? 0n) + 1n
  tree.insert(toUtf8('key 0'), toUtf8(`no value ${version}`))
  const previous = { ...tree.root, version: version === 1n ? 1n : version - 1n }
  const baseAddress = database.nextAddress
  const commit = tree.commit({ version, baseAddress })
  database.commit({ commit, previous, baseAddress })
  tree.dispose()
}

/** What every pair of the latest version says; all three are to say the same. */
function readLatest(database: NodeDatabase): string[] {
  const tree = openLatest(database)
  const pairs = Array.from(pairsWithPrefix(tree, new Uint8Array(0)))
  tree.dispose()
  return pairs.map(([, value]) => String.fromCharCode(...value))
}

/** Two versions in a log, and where the second begins; the process was killed behind it. */
function twoVersions(): { bytes: Uint8Array; secondAt: number } {
  const files = new MemoryFiles()
  const database = open(files)
  writeVersion(database)
  const secondAt = readWhole(files, LOG).length
  writeVersion(database)
  return { bytes: readWhole(files, LOG), secondAt }
}

function filesWith(log: Uint8Array): MemoryFiles {
  const files = new MemoryFiles()
  files.openWrite(LOG).write([log], 0)
  return files
}

describe('the recovery of a node log', () => {
  it('a torn write leaves the last committed version readable, wherever it tore (P16)', () => {
    const { bytes, secondAt } = twoVersions()
    for (let size = secondAt; size <= bytes.length; size++) {
      const files = filesWith(bytes.slice(0, size))
      const database = open(files)
      const version = size === bytes.length ? 2 : 1
      assert.deepEqual(readLatest(database), new Array(3).fill(`value ${version}`))
      writeVersion(database)
      assert.equal(database.latestVersion, BigInt(version + 1))
      database.close()
    }
  })

  it('what a torn write left behind is not read where others write after it', () => {
    const files = new MemoryFiles()
    const before = open(files)
    writeVersion(before)
    // Near the end of a page; of what is dropped every record is looked at when it is opened.
    while (readWhole(files, LOG).length < PAGE_SIZE - 1_500) {
      dropVersion(before)
      writeVersion(before)
    }
    const bytes = readWhole(files, LOG)
    assert.ok(bytes.length < PAGE_SIZE)
    const torn = new Uint8Array(PAGE_SIZE + 1_000).fill(0xa5)
    torn.set(bytes)
    const database = open(filesWith(torn))
    const { latestVersion } = database
    writeVersion(database)
    assert.deepEqual(readLatest(database), new Array(3).fill(`value ${latestVersion! + 1n}`))
    database.close()
  })

  it('a torn write that left garbage behind is cut off as well', () => {
    const { bytes, secondAt } = twoVersions()
    const commitEnd = bytes.length - 20
    for (let at = secondAt; at < bytes.length; at += 7) {
      const garbled = bytes.slice()
      garbled.fill(0xa5, at, Math.max(at + 1, commitEnd))
      const lastFrameOnly = garbled.fill(0x5a, commitEnd)
      const database = open(filesWith(lastFrameOnly))
      assert.deepEqual(readLatest(database), new Array(3).fill('value 1'))
      database.close()
    }
  })

  it('a damaged frame that was durable is named, never cut off', () => {
    const { bytes, secondAt } = twoVersions()
    for (let at = 16; at < secondAt; at++) {
      const damaged = bytes.slice()
      damaged[at] = damaged[at]! ^ 0x10
      const files = filesWith(damaged)
      assert.throws(() => open(files), { name: 'UnavailableError', reason: 'storage.damaged' })
      assert.deepEqual(readWhole(files, LOG), damaged)
    }
  })

  it('a full disk is said in words, leaves the last committed version readable, and stops writing', () => {
    for (const room of [0, 1, 39, 40, 41, 100, 200, 300, 400, 500]) {
      const files = new MemoryFiles()
      const database = open(files)
      writeVersion(database)
      files.limitRoom(room)
      assert.throws(() => writeVersion(database), {
        name: 'UnavailableError',
        reason: 'storage.full',
      })
      const latest = Number(database.latestVersion)
      assert.deepEqual(readLatest(database), new Array(3).fill(`value ${latest}`))
      files.limitRoom(1_000_000)
      assert.throws(() => writeVersion(database), {
        name: 'UnavailableError',
        reason: 'storage.refused',
        message: /takes no more writes.*full.*make room and open it again/,
      })
      database.close()
      const again = open(files)
      assert.equal(again.latestVersion, BigInt(latest))
      assert.deepEqual(readLatest(again), new Array(3).fill(`value ${latest}`))
      again.close()
    }
  })

  it('a damaged or missing file of a store is named', () => {
    const files = new MemoryFiles()
    const database = open(files)
    writeVersion(database)
    database.close()
    const index = readWhole(files, 'db/index')
    for (let at = 0; at < index.length; at += 5) {
      files.openWrite('db/index').write([Uint8Array.of(index[at]! ^ 1)], at)
      assert.throws(() => open(files), { reason: 'storage.damaged' })
      files.openWrite('db/index').write([index], 0)
    }
    files.remove(LOG)
    assert.throws(() => open(files), { reason: 'storage.damaged', message: /missing/ })
  })
})
