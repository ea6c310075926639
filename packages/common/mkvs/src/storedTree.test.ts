import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { Arena } from './arena.ts'
import type { NodeReader } from './nodeReader.ts'
import { decodeRecord, encodeRecord, RECORD_HEAD_BYTES, recordSize } from './nodeRecord.ts'
import { ROOT_TYPE_STATE } from './roots.ts'
import { pairsWithPrefix } from './state.ts'
import { createTree, openTree } from './tree.ts'

const arena = new Arena()
const keys = ['', 'a', 'ab', 'abc', 'b', 'c'].map((text) => toUtf8(text))
const BASE = 100
/** The bytes are no record, or one of another node. */
const isRefused = (error: unknown): boolean =>
  error instanceof CodedError || error instanceof UnavailableError
const isOtherNode = { reason: 'mkvs.other-node' }

function storedTree() {
  const tree = createTree(arena, { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
  for (const key of keys) tree.insert(key, toUtf8(`value of ${toHex(key)}`))
  const { root, rootAddress, records } = tree.commit({ version: 1n, baseAddress: BASE })
  const bytes = records.slice()
  tree.dispose()
  return { root, rootAddress, bytes }
}

function recordAt(bytes: Uint8Array, address: number): Uint8Array {
  const rest = bytes.subarray(address - BASE)
  return rest.subarray(0, recordSize(rest.subarray(0, RECORD_HEAD_BYTES)))
}

describe('a stored tree', () => {
  it('refuses every record with a wrong bit, and loses no memory over it', () => {
    const { root, rootAddress, bytes } = storedTree()
    const leastInUse = arena.bytesInUse
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.with(at, bytes[at]! ^ 0x01)
      const reader: NodeReader = { read: (address) => recordAt(damaged, address) }
      const tree = openTree(arena, { root, rootAddress, reader })
      assert.throws(() => [...pairsWithPrefix(tree, EMPTY_BYTES)], isRefused)
      tree.dispose()
      assert.equal(arena.bytesInUse, leastInUse)
    }
  })

  it('is not led in circles by records that name each other', () => {
    const { root, rootAddress, bytes } = storedTree()
    const record = decodeRecord(recordAt(bytes, rootAddress))
    assert.ok(record.kind === 'internal')
    const again = (child: typeof record.left) => child && { ...child, address: rootAddress }
    const { left, right } = record
    const circle = encodeRecord({ ...record, left: again(left), right: again(right) })
    const tree = openTree(arena, { root, rootAddress, reader: { read: () => circle } })
    assert.throws(() => tree.get(toUtf8('abc')), isOtherNode)
    assert.throws(() => tree.insert(toUtf8('abc'), EMPTY_BYTES), isOtherNode)
    assert.throws(() => tree.remove(toUtf8('abc')), isOtherNode)
    assert.throws(() => tree.cursor().seek(toUtf8('abc')), isOtherNode)
    tree.dispose()
  })
})
