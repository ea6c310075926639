import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import { encodeDelimited } from '@wadi/protobuf/codec'
import { EphemeralKey } from '@wadi/tendermint/messages/connection'
import fc from 'fast-check'
import { DelimitedReader } from './delimitedReader.ts'

const SIZE_MAX = 300

/** Everything whole that comes of pieces of so many bytes. */
function readAll(bytes: Uint8Array, piece: number): readonly Uint8Array[] {
  const reader = new DelimitedReader(SIZE_MAX)
  const messages: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += piece) {
    reader.push(bytes.subarray(at, at + piece))
    for (let next = reader.next(); next !== undefined; next = reader.next()) messages.push(next)
  }
  return messages
}

describe('DelimitedReader', () => {
  it('finds the messages of a stream, in whatever pieces it comes', () => {
    const values = fc.array(fc.uint8Array({ maxLength: SIZE_MAX - 3 }), { maxLength: 6 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 500 }), (sent, piece) => {
        const framed = sent.map((value) => encodeDelimited(EphemeralKey, { value }))
        const bare = framed.map((bytes) => bytes.subarray(bytes.length > 128 ? 2 : 1))
        assert.deepEqual(readAll(concatBytes(...framed), piece), bare)
      }),
    )
  })

  it('takes a length at its bound and refuses one beyond', () => {
    const open = (length: number) => () =>
      readAll(Uint8Array.of((length & 0x7f) | 0x80, length >> 7), 2)
    assert.doesNotThrow(open(SIZE_MAX))
    assert.throws(open(SIZE_MAX + 1), { reason: 'protobuf.frameTooLarge' })
  })

  it('gives back what it has not read', () => {
    const reader = new DelimitedReader(SIZE_MAX)
    reader.push(Uint8Array.of(1, 7, 8, 9))
    assert.deepEqual(reader.next(), Uint8Array.of(7))
    assert.deepEqual(reader.rest(), Uint8Array.of(8, 9))
  })
})
