import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { text } from '@wadi/cbor/scalars'
import { cborValue } from '@wadi/consensus/state/stateTable'
import { DECODED_VALUES_MAX } from '../limits.ts'
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

  it('are forgotten, the oldest first, beyond DECODED_VALUES_MAX', () => {
    const { table, counts, bytesOf } = countedTable()
    const readAll = (from: number, to: number) => {
      for (let n = from; n < to; n++) decodedValue(table, keyOf(n), bytesOf('z'))
    }
    readAll(10, 10 + DECODED_VALUES_MAX)
    assert.equal(counts.decoded, DECODED_VALUES_MAX)
    readAll(10, 10 + DECODED_VALUES_MAX)
    assert.equal(counts.decoded, DECODED_VALUES_MAX)
    readAll(10 + DECODED_VALUES_MAX, 11 + DECODED_VALUES_MAX)
    readAll(10, 11)
    assert.equal(counts.decoded, DECODED_VALUES_MAX + 2)
  })
})
