import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toHex } from '@wadi/base/bytes'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { Arena } from './arena.ts'
import { isWorthCompacting } from './compaction.ts'
import { HEAP } from './kernel/layout.ts'
import { ARENA_BYTES_MIN, ARENA_FREE_PERCENT_MIN } from './limits.ts'
import type { NodeReader } from './nodeReader.ts'
import { RECORD_HEAD_BYTES, recordSize } from './nodeRecord.ts'
import { ROOT_TYPE_STATE } from './roots.ts'
import { pairsWithPrefix } from './state.ts'
import { proveGet } from './syncer.ts'
import { createTree, openTree, type Tree } from './tree.ts'
import { verifyProof } from './verifyProof.ts'

const isFull = { name: 'UnavailableError', reason: 'mkvs.arena-full' }
const empty = { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE } as const
const keyOf = (i: number): Uint8Array => sha512Trunc256(Uint8Array.of(i & 255, i >> 8))
const valueFor = (i: number, size = 5000): Uint8Array => new Uint8Array(size).fill(i)

/** An arena that drops nothing before its memory is used up. */
function tinyArena(): Arena {
  return new Arena({ memoryBytesMax: ARENA_BYTES_MIN })
}

/** A log that holds a tree of so many pairs, more than a tiny arena can. */
function storeTree(count: number) {
  const tree = createTree(new Arena(), empty)
  for (let i = 0; i < count; i++) tree.insert(keyOf(i), valueFor(i))
  const { records, root, rootAddress } = tree.commit({ version: 1n, baseAddress: 1 })
  let log = concatBytes(Uint8Array.of(0), records)
  const reader: NodeReader = {
    read(address) {
      const rest = log.subarray(address)
      return rest.subarray(0, recordSize(rest.subarray(0, RECORD_HEAD_BYTES)))
    },
  }
  const commitAgain = (other: Tree) => {
    const commit = other.commit({ version: 2n, baseAddress: log.length })
    log = concatBytes(log, commit.records)
    return commit
  }
  return { tree, root, rootAddress, reader, commitAgain }
}

describe('an arena at the end of its memory', () => {
  const count = 1500
  const stored = storeTree(count)
  const open = (arena: Arena): Tree => openTree(arena, stored)

  it('makes room by dropping what the store can deliver again', () => {
    const tree = open(tinyArena())
    for (const _ of [1, 2])
      for (let i = 0; i < count; i++) assert.deepEqual(tree.get(keyOf(i)), valueFor(i))
    assert.equal([...pairsWithPrefix(tree, new Uint8Array(0))].length, count)
  })

  it('does so for a tree with changes, and loses none of them', () => {
    const tree = open(tinyArena())
    const expected = stored.tree
    const changes = Array.from({ length: 60 }, (_, i) => i * 7)
    for (const i of changes) {
      // Every third is written with the value that it has.
      const value = valueFor(i % 3 === 0 ? i : i + 1, 5000)
      for (const each of [tree, expected]) each.insert(keyOf(i), value)
      for (let j = 0; j < 200; j++) tree.get(keyOf((i + 13 * j) % count))
    }
    for (const each of [tree, expected]) each.remove(keyOf(3))
    const { root, writeLog } = stored.commitAgain(tree)
    assert.equal(toHex(root.hash), toHex(expected.rootHash()))
    assert.equal(writeLog?.length, changes.length + 1)
    for (let i = 4; i < count; i++) assert.deepEqual(tree.get(keyOf(i)), expected.get(keyOf(i)))
  })

  it('drops nodes that were read last, and others one by one, without room for their stubs', () => {
    const arena = tinyArena()
    const pairs = Array.from({ length: 5000 }, (_, i) => [keyOf(i), valueFor(i, 8)] as const)
    let records = new Uint8Array(0)
    const reader: NodeReader = {
      read: (address) => {
        const rest = records.subarray(address - 1)
        return rest.subarray(0, recordSize(rest.subarray(0, RECORD_HEAD_BYTES)))
      },
    }
    const tree = createTree(arena, { ...empty, reader })
    for (const [key, value] of pairs) tree.insert(key, value)
    records = tree.commit({ version: 1n, baseAddress: 1 }).records.slice()
    arena.evict()
    for (let i = 0; i < pairs.length; i += 2) tree.get(pairs[i]![0])
    const other = createTree(arena, empty)
    const fill = (): void => {
      for (let i = 0; ; i++) other.insert(Uint8Array.of(i >> 8, i), valueFor(i, 300))
    }
    assert.throws(fill, isFull)
    other.dispose()
    for (const [key, value] of pairs) assert.deepEqual(tree.get(key), value)
  })

  it('makes room for proofs, for cursors that stand somewhere, and for other trees', () => {
    const arena = tinyArena()
    const tree = open(arena)
    const cursor = tree.cursor()
    let seen = 0
    for (cursor.seek(new Uint8Array(0)); cursor.key !== undefined; cursor.next(), seen++) {
      if (seen % 50 > 0) continue
      const key = keyOf(seen)
      const request = { tree: { root: tree.root, position: tree.root.hash }, key, proofVersion: 1 }
      verifyProof(tree.root.hash, proveGet(tree, { ...request, includeSiblings: true }))
      const other = open(arena)
      for (let i = 0; i < 100; i++) other.get(keyOf((seen + i) % count))
      other.dispose()
    }
    assert.equal(seen, count)
  })

  it('takes other sizes after a tree was disposed of', () => {
    const fillUp = (arena: Arena, size: number): number => {
      const tree = createTree(arena, empty)
      const fill = (): void => {
        for (let i = 0; ; i++) tree.insert(Uint8Array.of(i >> 8, i), valueFor(i, size))
      }
      assert.throws(fill, isFull, `values of ${size} bytes`)
      const { bytesInUse } = arena
      tree.dispose()
      assert.equal(arena.bytesInUse, 0)
      return bytesInUse
    }
    const arena = tinyArena()
    for (const size of [60, 60_000, 200, 300_000, 20_000]) {
      const inUse = fillUp(arena, size)
      assert.ok(inUse >= fillUp(tinyArena(), size) - 100_000, `values of ${size} bytes: ${inUse}`)
    }
  })

  it('stays as it is while changes fill it, and goes on when they are gone', () => {
    const arena = tinyArena()
    const tree = createTree(arena, empty)
    let filled = 0
    const fill = (): void => {
      for (; ; filled++) tree.insert(keyOf(filled), valueFor(filled))
    }
    assert.throws(fill, isFull)
    assert.throws(() => tree.commit({ version: 1n, baseAddress: 1 }), isFull)
    for (let i = 0; i < filled; i++) assert.deepEqual(tree.get(keyOf(i)), valueFor(i))
    for (let i = 0; i < filled; i++) tree.remove(keyOf(i))
    tree.takeWriteLog()
    filled = 0
    assert.throws(fill, isFull)
    assert.ok(filled > 400, `${filled} pairs`)
  })

  it('is compacted if ARENA_FREE_PERCENT_MIN of it is free, not if a byte less is', () => {
    const memory = 100_000_000
    const inUse = memory - HEAP - 1_000_000 * ARENA_FREE_PERCENT_MIN
    assert.equal(isWorthCompacting(inUse, memory), true)
    assert.equal(isWorthCompacting(inUse + 1, memory), false)
  })

  it('leaves nodes alone that must stay where they are', () => {
    const arena = tinyArena()
    const tree = open(arena)
    const { bytesInUse } = arena
    assert.throws(() => tree.withNodes(() => arena.reclaim(arena.full())), isFull)
    tree.withNodes((nodes) => {
      const root = nodes.root(keyOf(0))
      assert.throws(() => arena.reclaim(arena.full()), isFull)
      assert.ok(nodes.hasHash(root, tree.root.hash))
    })
    assert.ok(arena.bytesInUse > bytesInUse)
  })

  it('takes no other failure for want of memory', () => {
    const failure = new Error('another')
    assert.throws(() => tinyArena().reclaim(failure), failure)
  })
})

describe('a tree that was disposed of', () => {
  it('stops the program that uses it or its cursor', () => {
    const tree = createTree(new Arena(), empty)
    const key = keyOf(0)
    tree.insert(key, key)
    const cursor = tree.cursor()
    cursor.seek(key)
    tree.dispose()
    const uses: readonly (() => unknown)[] = [
      () => tree.get(key),
      () => tree.insert(key, key),
      () => tree.remove(key),
      () => tree.removeExisting(key),
      () => tree.rootHash(),
      () => tree.takeWriteLog(),
      () => tree.commit({ version: 1n, baseAddress: 1 }),
      () => tree.withNodes(() => undefined),
      () => tree.prefetchKey(key),
      () => tree.prefetchPrefixes([key], 1),
      () => tree.cursor().seek(key),
      () => cursor.seek(key),
      () => cursor.next(),
      () => tree.dispose(),
    ]
    for (const use of uses) assert.throws(use, { name: 'BugError' }, `${use}`)
  })
})
