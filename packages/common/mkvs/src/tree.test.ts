import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import { compareBytes, concatBytes, EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { Arena } from './arena.ts'
import { KEY_BYTES_MAX } from './limits.ts'
import { MissingNodeError, type NodeReader } from './nodeReader.ts'
import { decodeRecord, RECORD_HEAD_BYTES, recordSize } from './nodeRecord.ts'
import * as reference from './reference.ts'
import { EMPTY_HASH, ROOT_TYPE_STATE, type WriteLog } from './roots.ts'
import { proveGet } from './syncer.ts'
import { createTree, openTree, type Tree } from './tree.ts'
import { verifyProof } from './verifyProof.ts'

/** OpenSSL's, so that the kernel is not its own judge. */
const sha512Trunc256 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(hash('sha512-256', bytes, 'buffer'))

const namespace = new Uint8Array(32)
const arena = new Arena({ bytesMax: 64 * 1024 * 1024 })
const emptyTree = (): Tree => createTree(arena, { namespace, type: ROOT_TYPE_STATE })

/** A node log in memory. */
class Log implements NodeReader {
  bytes: Uint8Array = new Uint8Array(1)
  reads = 0

  append(records: Uint8Array): void {
    this.bytes = concatBytes(this.bytes, records)
  }

  read(address: number): Uint8Array {
    this.reads++
    const rest = this.bytes.subarray(address)
    return rest.subarray(0, recordSize(rest.subarray(0, RECORD_HEAD_BYTES)))
  }
}

function commitTo(log: Log, tree: Tree, version: bigint) {
  const commit = tree.commit({ version, baseAddress: log.bytes.length })
  log.append(commit.records)
  return { ...commit, records: undefined }
}

type Operation = readonly ['insert', Uint8Array, Uint8Array] | readonly ['remove', Uint8Array]

/** Keys that share prefixes, are prefixes of each other, or are empty. */
const someKey = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.constantFrom(0x00, 0x01, 0x80, 0xff), { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }) },
)
const key = someKey.map((bytes) => Uint8Array.from(bytes))
const value = fc.uint8Array({ maxLength: 200 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('insert' as const), key, value) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('remove' as const), key) },
)
const operations = fc.array(operation, { maxLength: 60 })

const canonical = (log: WriteLog): string[] =>
  log
    .map(([k, v]) => `${toHex(k)}=${v === undefined ? '-' : toHex(v)}`)
    .sort((a, b) => (a < b ? -1 : 1))

describe('the tree', () => {
  it('has the empty hash when it is empty', () => {
    const tree = emptyTree()
    assert.deepEqual(tree.rootHash(), EMPTY_HASH)
    assert.deepEqual(EMPTY_HASH, sha512Trunc256(new Uint8Array(0)))
    const commit = tree.commit({ version: 1n, baseAddress: 1 })
    assert.equal(commit.records.length, 0)
    assert.equal(commit.rootAddress, 0)
    tree.dispose()
  })

  it('reaches the published root of prefixes of one long key', () => {
    const longKey = 'Unlock the potential of your data without compromising security or privacy'
    const longValue = [
      'The platform that puts data privacy first. From sharing medical records, ',
      'to analyzing personal financial information, to training machine learning models, ',
      'the Oasis platform supports applications that use even the most sensitive data ',
      'without compromising privacy or performance.',
    ].join('')
    const tree = emptyTree()
    for (let i = 1; i <= longKey.length; i++)
      tree.insert(toUtf8(longKey.slice(0, i)), toUtf8(longValue))
    const hash = toHex(tree.rootHash())
    tree.dispose()
    assert.equal(hash, 'd829bb244a709bacf33bc2d8b4a016592e5310a10910aa980ef91cb3b4347dcb')
  })

  it('does what the reference tree does, whatever the operations', () => {
    const run = (steps: readonly Operation[]): void => {
      const tree = emptyTree()
      let model: reference.Node
      for (const [what, k, v] of steps) {
        if (what === 'insert') {
          tree.insert(k, v)
          model = reference.insert(model, k, v)
        } else {
          assert.deepEqual(tree.removeExisting(k), reference.get(model, k))
          model = reference.remove(model, k)
        }
        assert.deepEqual(tree.get(k), reference.get(model, k))
      }
      assert.equal(toHex(tree.rootHash()), toHex(reference.hashOf(model, sha512Trunc256)))
      const cursor = tree.cursor()
      cursor.seek(new Uint8Array(0))
      for (const [k, v] of reference.pairs(model)) {
        assert.deepEqual([cursor.key, cursor.value], [k, v])
        cursor.next()
      }
      assert.equal(cursor.key, undefined)
      for (const [, k] of steps.slice(0, 10)) {
        cursor.seek(k)
        assert.deepEqual(cursor.key, reference.seek(model, k)?.[0])
      }
      tree.dispose()
    }
    fc.assert(fc.property(operations, run), { numRuns: 300 })
    assert.equal(arena.bytesInUse, 0)
  })

  it('walks in bytewise order while it is changed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, key), { maxLength: 40 }), (steps) => {
        const tree = emptyTree()
        for (const [k] of steps) tree.insert(k, k)
        const cursor = tree.cursor()
        let last: Uint8Array | undefined
        cursor.seek(new Uint8Array(0))
        for (const [, other] of steps) {
          if (cursor.key === undefined) break
          if (last !== undefined) assert.ok(compareBytes(last, cursor.key) < 0)
          last = cursor.key
          tree.remove(other)
          tree.insert(
            other.map((byte) => byte ^ 1),
            other,
          )
          cursor.next()
        }
        tree.dispose()
      }),
      { numRuns: 100 },
    )
  })

  it('stores what it needs to be read again, and tells what it no longer needs', () => {
    const run = (versions: readonly (readonly Operation[])[]): void => {
      const log = new Log()
      let tree = emptyTree()
      let model: reference.Node
      const live = new Set<number>()
      versions.forEach((steps, version) => {
        for (const [what, k, v] of steps) {
          if (what === 'insert') tree.insert(k, v)
          else tree.remove(k)
          model = what === 'insert' ? reference.insert(model, k, v) : reference.remove(model, k)
        }
        const base = log.bytes.length
        const { root, rootAddress, removed } = commitTo(log, tree, BigInt(version))
        assert.equal(toHex(root.hash), toHex(reference.hashOf(model, sha512Trunc256)))
        for (const address of removed) assert.ok(live.delete(address), `${address} was not in use`)
        for (let at = base; at < log.bytes.length; at += log.read(at).length) live.add(at)
        assert.deepEqual(reachable(log, rootAddress), live)
        if (version % 2 === 0) {
          tree.dispose()
          tree = openTree(arena, { root, rootAddress, reader: log })
        }
      })
      assert.deepEqual([...pairsOf(tree)], [...reference.pairs(model)])
      tree.dispose()
    }
    fc.assert(fc.property(fc.array(operations, { maxLength: 5 }), run), { numRuns: 150 })
    assert.equal(arena.bytesInUse, 0)
  })

  it('is the same tree whenever stored nodes are dropped from memory and others moved', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: operation },
      { weight: 2, arbitrary: fc.constant(['evict'] as const) },
      { weight: 1, arbitrary: fc.constant(['reclaim'] as const) },
      { weight: 1, arbitrary: fc.constant(['commit'] as const) },
    )
    const run = (
      steps: readonly (Operation | readonly ['evict' | 'reclaim' | 'commit'])[],
    ): void => {
      const log = new Log()
      const tree = createTree(arena, {
        namespace,
        type: ROOT_TYPE_STATE,
        reader: log,
        writeLog: 'dropped',
      })
      let model: reference.Node
      const cursor = tree.cursor()
      for (const [what, k, v] of steps) {
        if (what === 'insert') {
          tree.insert(k, v)
          model = reference.insert(model, k, v)
          cursor.seek(k)
          assert.deepEqual(cursor.value, v)
        } else if (what === 'remove') {
          assert.deepEqual(tree.removeExisting(k), reference.get(model, k))
          model = reference.remove(model, k)
        } else if (what === 'commit') {
          commitTo(log, tree, 1n)
        } else {
          if (what === 'evict') arena.evict()
          else arena.reclaim(arena.full())
          cursor.next()
        }
      }
      assert.equal(toHex(tree.rootHash()), toHex(reference.hashOf(model, sha512Trunc256)))
      assert.deepEqual([...pairsOf(tree)], [...reference.pairs(model)])
      tree.dispose()
    }
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), run), { numRuns: 300 })
    assert.equal(arena.bytesInUse, 0)
  })

  it('lists every written pair and every key that is gone, and nothing else', () => {
    fc.assert(
      fc.property(operations, operations, (before, steps) => {
        const log = new Log()
        let tree = emptyTree()
        for (const [what, k, v] of before) if (what === 'insert') tree.insert(k, v)
        const { root, rootAddress } = commitTo(log, tree, 1n)
        const existed = new Set([...pairsOf(tree)].map(([k]) => toHex(k)))
        tree.dispose()
        tree = openTree(arena, { root, rootAddress, reader: log })
        const expected = new Map<string, string>()
        for (const [what, k, v] of steps) {
          if (what === 'insert') tree.insert(k, v)
          else tree.remove(k)
          if (what === 'insert') expected.set(toHex(k), toHex(v))
          else if (existed.has(toHex(k))) expected.set(toHex(k), '-')
          else expected.delete(toHex(k))
          arena.reclaim(arena.full())
        }
        const { writeLog } = commitTo(log, tree, 2n)
        assert.ok(writeLog)
        const wanted = [...expected].map(([k, v]) => `${k}=${v}`)
        assert.deepEqual(
          canonical(writeLog),
          wanted.sort((a, b) => (a < b ? -1 : 1)),
        )
        tree.dispose()
      }),
      { numRuns: 200 },
    )
    assert.equal(arena.bytesInUse, 0)
  })

  it('keeps no write log when told so, and loses no memory over it', () => {
    fc.assert(
      fc.property(operations, (steps) => {
        const tree = createTree(arena, { namespace, type: ROOT_TYPE_STATE, writeLog: 'dropped' })
        for (const [what, k, v] of steps) {
          if (what === 'insert') tree.insert(k, v)
          else tree.remove(k)
        }
        assert.equal(tree.commit({ version: 1n, baseAddress: 1 }).writeLog, undefined)
        tree.dispose()
        assert.equal(arena.bytesInUse, 0)
      }),
      { numRuns: 100 },
    )
  })

  it('takes keys of 8191 bytes and refuses one byte more', () => {
    const tree = emptyTree()
    let model: reference.Node
    const long = new Uint8Array(KEY_BYTES_MAX).fill(0xaa)
    const other = long.slice()
    other[KEY_BYTES_MAX - 1] = 0xab
    for (const k of [long, other, long.slice(0, 100), new Uint8Array(0)]) {
      tree.insert(k, toUtf8('v'))
      model = reference.insert(model, k, toUtf8('v'))
    }
    assert.equal(toHex(tree.rootHash()), toHex(reference.hashOf(model, sha512Trunc256)))
    tree.remove(long.slice(0, 100))
    tree.remove(new Uint8Array(0))
    model = reference.remove(reference.remove(model, long.slice(0, 100)), new Uint8Array(0))
    assert.equal(toHex(tree.rootHash()), toHex(reference.hashOf(model, sha512Trunc256)))
    assert.deepEqual(tree.removeExisting(other), toUtf8('v'))
    tree.dispose()
    const tooLong = new Uint8Array(KEY_BYTES_MAX + 1)
    const fresh = emptyTree()
    for (const call of ['get', 'insert', 'remove', 'removeExisting'] as const)
      assert.throws(() => fresh[call](tooLong, tooLong), { reason: 'mkvs.keyTooLong' })
    fresh.dispose()
  })

  it('is as deep as a key has bits without running out of stack', () => {
    const tree = emptyTree()
    const zeros = new Uint8Array(KEY_BYTES_MAX)
    for (let size = 0; size <= KEY_BYTES_MAX; size += 7)
      tree.insert(zeros.subarray(0, size), zeros.subarray(0, 1))
    for (let i = 0; i < KEY_BYTES_MAX; i += 3) {
      const k = zeros.slice()
      k[i] = 0x10
      tree.insert(k, k.subarray(0, 1))
    }
    tree.rootHash()
    for (const [k] of [...pairsOf(tree)]) tree.remove(k)
    assert.deepEqual(tree.rootHash(), EMPTY_HASH)
    tree.dispose()
    assert.equal(arena.bytesInUse, 0)
  })

  it('names the node that is known by its hash only', () => {
    const tree = emptyTree()
    tree.insert(toUtf8('a'), toUtf8('b'))
    const { root } = tree.commit({ version: 7n, baseAddress: 1 })
    tree.dispose()
    const remote = openTree(arena, { root, rootAddress: 0, reader: new Log() })
    const isNamed = (error: unknown): boolean =>
      error instanceof MissingNodeError &&
      toHex(error.position) === toHex(root.hash) &&
      toHex(error.key) === '61' &&
      error.root.version === 7n
    assert.throws(() => remote.get(toUtf8('a')), isNamed)
    assert.throws(() => remote.insert(toUtf8('a'), toUtf8('c')), isNamed)
    assert.throws(() => remote.cursor().seek(toUtf8('a')), isNamed)
    remote.dispose()
  })

  it('reads prefetched keys and prefixes without asking the log again', () => {
    const log = new Log()
    const tree = emptyTree()
    for (let i = 0; i < 100; i++) tree.insert(Uint8Array.of(i & 3, i), Uint8Array.of(i))
    const { root, rootAddress } = commitTo(log, tree, 1n)
    tree.dispose()
    const again = openTree(arena, { root, rootAddress, reader: log })
    again.prefetchKey(Uint8Array.of(2, 10))
    again.prefetchPrefixes([Uint8Array.of(0), Uint8Array.of(1)], 30)
    const { reads } = log
    assert.deepEqual(again.get(Uint8Array.of(2, 10)), Uint8Array.of(10))
    for (let i = 0; i < 100; i += 4) assert.ok(again.get(Uint8Array.of(0, i)))
    assert.ok(again.get(Uint8Array.of(1, 1)))
    assert.equal(log.reads, reads)
    again.get(Uint8Array.of(3, 99))
    assert.ok(log.reads > reads)
    again.dispose()
  })

  it('is as it was when memory is used up', () => {
    const memoryBytesMax = 4 * 1024 * 1024
    const tiny = new Arena({ bytesMax: memoryBytesMax, memoryBytesMax })
    const tree = createTree(tiny, { namespace, type: ROOT_TYPE_STATE })
    const big = new Uint8Array(30_000)
    let count = 0
    const isFull = { name: 'UnavailableError', reason: 'mkvs.arena-full' }
    assert.throws(() => {
      for (; count < 1000; count++) tree.insert(Uint8Array.of(count >> 8, count & 255), big)
    }, isFull)
    assert.throws(() => tree.commit({ version: 1n, baseAddress: 1 }), isFull)
    let model: reference.Node
    for (let i = 0; i < count; i++)
      model = reference.insert(model, Uint8Array.of(i >> 8, i & 255), big)
    assert.equal(toHex(tree.rootHash()), toHex(reference.hashOf(model, sha512Trunc256)))
    assert.equal([...pairsOf(tree)].length, count)
  })

  it('lists a removed key although what lies beside it is known by its hash only', () => {
    const tree = emptyTree()
    for (const k of [0x00, 0x40, 0x60, 0x61, 0x80]) tree.insert(Uint8Array.of(k), EMPTY_BYTES)
    const { root } = tree.commit({ version: 1n, baseAddress: 1 })
    const remote = openTree(arena, { root, rootAddress: 0, reader: new Log() })
    const wanted = Uint8Array.of(0x00)
    const request = { tree: { root, position: root.hash }, key: wanted, proofVersion: 0 }
    const proof = proveGet(tree, { ...request, includeSiblings: true })
    remote.merge(verifyProof(root.hash, proof), wanted)
    remote.remove(wanted)
    assert.deepEqual(remote.takeWriteLog(), [[wanted, undefined]])
    remote.dispose()
    tree.dispose()
  })

  it('drops stored nodes when memory is short and reads them again', () => {
    const small = new Arena({ bytesMax: 4 * 1024 * 1024 })
    const log = new Log()
    const tree = createTree(small, { namespace, type: ROOT_TYPE_STATE })
    const big = new Uint8Array(10_000)
    const keyOf = (i: number): Uint8Array => sha512Trunc256(Uint8Array.of(i & 255, i >> 8))
    for (let i = 0; i < 1000; i++) tree.insert(keyOf(i), big)
    const { root, rootAddress } = commitTo(log, tree, 1n)
    tree.dispose()
    const again = openTree(small, { root, rootAddress, reader: log })
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 1000; i++) assert.equal(again.get(keyOf(i))?.length, big.length)
    }
    assert.ok(small.bytesInUse < 6 * 1024 * 1024, `${small.bytesInUse} bytes in use`)
    assert.ok(log.reads > 2000)
    assert.equal(toHex(again.rootHash()), toHex(root.hash))
  })
})

function* pairsOf(tree: Tree): Generator<readonly [Uint8Array, Uint8Array]> {
  const cursor = tree.cursor()
  for (cursor.seek(new Uint8Array(0)); cursor.key !== undefined; cursor.next())
    yield [cursor.key, cursor.value ?? assert.fail('a key without a value')]
}

function reachable(log: Log, address: number): Set<number> {
  const found = new Set<number>()
  const visit = (at: number): void => {
    found.add(at)
    const record = decodeRecord(log.read(at))
    if (record.kind === 'leaf') return
    for (const child of [record.leaf, record.left, record.right])
      if (child !== undefined) visit(child.address)
  }
  if (address !== 0) visit(address)
  return found
}
