import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { Arena } from '@wadi/mkvs/arena'
import { EMPTY_HASH, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { openTree } from '@wadi/mkvs/tree'
import { MemoryFiles } from '../files/memoryFiles.ts'
import { COMPACTION_LIVE_PERCENT, SEGMENT_SIZE, SEGMENT_SPAN_MAX } from '../limits.ts'
import { chooseRun } from './compaction.ts'
import { NodeDatabase } from './nodeDatabase.ts'

const namespace = new Uint8Array(32)
const arena = new Arena()
const KEYS = 20
const sizes = { segmentSize: 1024 }

function open(files: MemoryFiles): NodeDatabase {
  return NodeDatabase.open({ path: 'db', chain: 'test', namespace, files, sizes })
}

/** A database of which most is dead, and the root that is left. */
function worn(files: MemoryFiles): { database: NodeDatabase; root: Root } {
  const database = open(files)
  let root: Root = { namespace, version: 1n, type: ROOT_TYPE_STATE, hash: EMPTY_HASH }
  const tree = openTree(arena, { root, rootAddress: 0, reader: database })
  for (let v = 1n; v <= 14n; v++) {
    for (let i = 0; i < KEYS; i++)
      if (v === 1n || i % 7 === Number(v) % 7) tree.insert(toUtf8(`key ${i}`), toUtf8(`${v}`))
    const baseAddress = database.nextAddress
    const commit = tree.commit({ version: v, baseAddress })
    database.commit({ commit, previous: root, baseAddress })
    database.finalize([commit.root])
    root = commit.root
    if (v > 1n) database.prune(v - 1n)
  }
  tree.dispose()
  return { database, root }
}

function checkReadable(database: NodeDatabase, root: Root): void {
  const rootAddress = database.rootAddress(root)
  const tree = openTree(arena, { root, rootAddress, reader: database })
  for (let i = 0; i < KEYS; i++) assert.ok(tree.get(toUtf8(`key ${i}`)) !== undefined)
  tree.dispose()
}

describe('the compaction of a node log', () => {
  it('loses nothing when it is interrupted at any operation of the disk, with or without power', () => {
    for (const ending of ['kill', 'power'] as const) {
      let isComplete = false
      for (let at = 0; !isComplete; at++) {
        const files = new MemoryFiles()
        const { database, root } = worn(files)
        files.failAfter(at)
        try {
          isComplete = database.compact()
        } catch (error) {
          assert.ok(error instanceof UnavailableError, String(error))
        }
        if (ending === 'kill') files.kill()
        else files.cutPower((bound) => (at * 7919) % bound)
        const again = open(files)
        checkReadable(again, root)
        while (again.compact());
        checkReadable(again, root)
        again.close()
      }
    }
  })

  it('says that the disk is full and leaves everything as it was', () => {
    const files = new MemoryFiles()
    const { database, root } = worn(files)
    database.close()
    const again = open(files)
    files.limitRoom(300)
    assert.throws(() => again.compact(), { reason: 'storage.full' })
    checkReadable(again, root)
    files.limitRoom(1_000_000)
    const other = again.size
    again.close()
    const third = open(files)
    assert.ok(third.compact())
    checkReadable(third, root)
    assert.ok(third.size.size < other.size)
    third.close()
  })

  it('deletes a segment of which nothing is live without writing another', () => {
    const files = new MemoryFiles()
    const { database, root } = worn(files)
    while (database.compact());
    const sparse = files.list('db').filter((name) => name.endsWith('.sparse'))
    assert.ok(sparse.length <= 2, sparse.join(' '))
    assert.ok(files.list('db').length < 8, files.list('db').join(' '))
    checkReadable(database, root)
    database.close()
  })
})

describe('the choice of what to compact', () => {
  const sparse = (start: number, end: number) => ({ start, end, size: end - start, liveSize: 1 })
  const last = sparse(2 ** 40, 2 ** 40 + 1)

  it('takes neighbours along up to the span that a rewritten segment can have, and not one byte more', () => {
    const first = sparse(0, 100)
    const within = sparse(100, SEGMENT_SPAN_MAX)
    assert.deepEqual(chooseRun([first, within, last]), [first, within])
    const beyond = sparse(100, SEGMENT_SPAN_MAX + 1)
    assert.equal(chooseRun([first, beyond, last]).length, 1)
  })

  it('takes neighbours along while half of SEGMENT_SIZE is live, and not one byte more', () => {
    const first = sparse(0, 100)
    const half = { start: 100, end: 200, size: SEGMENT_SIZE / 8 - 1, liveSize: 0 }
    const within = { ...half, liveSize: SEGMENT_SIZE / 2 - 1 }
    assert.deepEqual(chooseRun([first, within, last]), [first, within])
    const beyond = { ...half, liveSize: SEGMENT_SIZE / 2 }
    assert.deepEqual(chooseRun([first, beyond, last]), [first])
  })

  it('takes full neighbours along if they are less than an eighth of SEGMENT_SIZE', () => {
    const first = sparse(0, 100)
    const full = { start: 100, end: 200, liveSize: SEGMENT_SIZE / 8 }
    const small = { ...full, size: SEGMENT_SIZE / 8 - 1 }
    assert.deepEqual(chooseRun([first, small, last]), [first, small])
    const large = { ...full, size: SEGMENT_SIZE / 8 }
    assert.deepEqual(chooseRun([first, large, last]), [first])
  })

  it('leaves what is mostly live, and what still grows', () => {
    const full = { start: 0, end: 100, size: 100, liveSize: COMPACTION_LIVE_PERCENT }
    assert.deepEqual(chooseRun([full, last]), [])
    assert.deepEqual(chooseRun([last]), [])
    const sparser = { ...full, liveSize: COMPACTION_LIVE_PERCENT - 1 }
    assert.deepEqual(chooseRun([sparser, last]), [sparser])
  })
})
