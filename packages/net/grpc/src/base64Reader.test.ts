import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toBase64, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { Base64Reader } from './base64Reader.ts'

function read(text: string, places: readonly number[] = []): Uint8Array {
  const bytes = toUtf8(text)
  const reader = new Base64Reader()
  const ends = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b)
  const pieces = [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
  const parts = pieces.map((piece) => reader.push(piece))
  reader.end()
  return concatBytes(...parts)
}

describe('Base64 in a stream', () => {
  it('is the same in one segment or many, wherever it is cut', () => {
    const segments = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 })
    fc.assert(
      fc.property(segments, fc.array(fc.nat(), { maxLength: 20 }), (parts, places) => {
        const text = parts.map((part) => toBase64(part)).join('')
        assert.deepEqual(read(text, places), concatBytes(...parts))
      }),
    )
  })

  it('is refused with other characters, ends within a group, or bits that nobody wrote', () => {
    for (const text of [
      'AAA',
      'A',
      '====',
      'A===',
      'AA=A',
      'AA-_',
      'AA A',
      'AAA\n',
      'AB==',
      'AAB=',
    ])
      assert.throws(() => read(text), CodedError, text)
  })
})
