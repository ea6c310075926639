import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { text } from '@wadi/cbor/scalars'
import { cborValue } from '@wadi/consensus/state/stateTable'
import fc from 'fast-check'
import { DECODED_BYTES_MAX, DECODED_VALUES_MAX } from '../limits.ts'
import { decodedValue, encodedValue } from './decodedValues.ts'

/** A table that counts how often it decodes. */
function countedTable() {
  const inner = cborValue(text)
  const counts = { decoded: 0 }
  const table = {
    ...inner,
    decode: (bytes: Uint8Array) => {
      counts.decoded++
      return inner.decode(bytes)
    },
  }
  return { table, counts, bytesOf: (value: string) => inner.encode(value) }
}

function keyOf(n: number): Uint8Array {
  const key = new Uint8Array(5)
  new DataView(key.buffer).setUint32(1, n)
  return key
}

describe('decoded values', () => {
  it('are decoded again only when the bytes under the key have changed', () => {
    const { table, counts, bytesOf } = countedTable()
    for (const value of ['a', 'a', 'b', 'b', 'a'])
      assert.equal(decodedValue(table, keyOf(1), bytesOf(value)), value)
    assert.equal(counts.decoded, 3)
    assert.equal(decodedValue(table, keyOf(2), bytesOf('a')), 'a')
    assert.equal(counts.decoded, 4)
  })

  it('are known when they have been written', () => {
    const { table, counts } = countedTable()
    const bytes = encodedValue(table, keyOf(3), 'written')
    assert.equal(decodedValue(table, keyOf(3), bytes.slice()), 'written')
    assert.equal(counts.decoded, 0)
  })

  it('do not change when the bytes that they came from do', () => {
    const { table, bytesOf } = countedTable()
    const bytes = bytesOf('x')
    assert.equal(decodedValue(table, keyOf(4), bytes), 'x')
    bytes[1] = 'y'.charCodeAt(0)
    assert.equal(decodedValue(table, keyOf(4), bytes), 'y')
  })

  it('are at most DECODED_VALUES_MAX, and one that comes later takes the place of another', () => {
    const { table, counts, bytesOf } = countedTable()
    const count = DECODED_VALUES_MAX + 1
    for (const round of [1, 2])
      for (let n = 0; n < count; n++)
        assert.equal(decodedValue(table, keyOf(100 * n), bytesOf(`${n}`)), `${n}`, `round ${round}`)
    assert.ok(counts.decoded > count)
    assert.ok(counts.decoded < 2 * count)
  })

  it('are forgotten when DECODED_BYTES_MAX bytes came after them', () => {
    const { table, counts, bytesOf } = countedTable()
    const read = (n: number, size: number) => {
      const value = 'x'.repeat(size)
      assert.equal(decodedValue(table, keyOf(n), bytesOf(value)), value)
    }
    const isKnown = (n: number, size: number) => {
      const before = counts.decoded
      read(n, size)
      return counts.decoded === before
    }
    read(1, 100)
    read(2, DECODED_BYTES_MAX / 2)
    assert.ok(isKnown(1, 100))
    read(3, DECODED_BYTES_MAX / 2)
    assert.ok(!isKnown(1, 100))
    read(4, DECODED_BYTES_MAX - 5)
    assert.ok(isKnown(4, DECODED_BYTES_MAX - 5), 'with its head it is as large as the bound')
    read(5, DECODED_BYTES_MAX - 4)
    assert.ok(!isKnown(5, DECODED_BYTES_MAX - 4), 'larger than the bound')
  })

  it('behave as if nothing were remembered, whatever is read and written', () => {
    const step = fc.tuple(fc.boolean(), fc.nat(40), fc.nat(3), fc.nat(600), fc.nat(7))
    const { table, bytesOf } = countedTable()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const state = new Map<number, Uint8Array>()
        for (const [isWrite, n, letter, size, offset] of steps) {
          const value = 'abcd'[letter]!.repeat(size)
          if (isWrite || !state.has(n)) state.set(n, encodedValue(table, keyOf(n), value).slice())
          const stored = state.get(n)!
          const moved = new Uint8Array(stored.length + 8).subarray(offset, offset + stored.length)
          moved.set(stored)
          const read = decodedValue(table, keyOf(n), moved)
          assert.deepEqual(bytesOf(read), stored)
        }
      }),
      { numRuns: 100 },
    )
  })
})
