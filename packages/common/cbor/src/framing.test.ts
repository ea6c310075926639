import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES, parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { FrameReader, frameOf } from './framing.ts'
import { FRAME_SIZE_MAX } from './limits.ts'

const head = (size: number) => Uint8Array.of(size >>> 24, size >>> 16, size >>> 8, size)

describe('a frame', () => {
  it('is the size in four bytes, then the message', () => {
    assert.equal(toHex(frameOf(parseHex('a16161f6'))), '00000004a16161f6')
    assert.equal(toHex(frameOf(EMPTY_BYTES)), '00000000')
    assert.equal(toHex(frameOf(new Uint8Array(0x01_02_03)).subarray(0, 4)), '00010203')
  })

  it('FRAME_SIZE_MAX: holds as much, and not one byte more', () => {
    const message = new Uint8Array(FRAME_SIZE_MAX + 1)
    assert.equal(frameOf(message.subarray(1)).length, FRAME_SIZE_MAX + 4)
    assert.throws(() => frameOf(message), { code: 1, reason: 'cbor.frameTooLarge' })
    assert.deepEqual(new FrameReader().push(head(FRAME_SIZE_MAX)), [])
    for (const size of [FRAME_SIZE_MAX + 1, 0xffff_ffff]) {
      const reader = new FrameReader()
      assert.throws(() => reader.push(head(size)), { code: 1, reason: 'cbor.frameTooLarge' })
    }
  })
})

describe('a stream with a bound of its own', () => {
  it('takes a message of that size, and not one byte more', () => {
    assert.equal(new FrameReader(3).push(frameOf(parseHex('010203'))).length, 1)
    const refusal = { code: 1, reason: 'cbor.frameTooLarge' }
    assert.throws(() => new FrameReader(3).push(head(4)), refusal)
  })
})

describe('reading frames', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 5 })
  const cuts = fc.array(fc.nat(9_999), { maxLength: 12 })

  it('gives the messages, however the stream is cut', () => {
    const check = (sent: readonly Uint8Array[], places: readonly number[]) => {
      const stream = concatBytes(...sent.map(frameOf))
      const reader = new FrameReader()
      const received: Uint8Array[] = []
      let start = 0
      for (const end of [...places.toSorted((a, b) => a - b), stream.length]) {
        received.push(...reader.push(stream.subarray(start, end)))
        start = Math.max(start, Math.min(end, stream.length))
      }
      assert.deepEqual(received.map(toHex), sent.map(toHex))
      assert.ok(reader.isAtStart)
    }
    fc.assert(fc.property(messages, cuts, check), { numRuns: 60 })
  })

  it('byte by byte gives the same', () => {
    const stream = concatBytes(frameOf(parseHex('01')), frameOf(EMPTY_BYTES), frameOf(head(7)))
    const reader = new FrameReader()
    const received = [...stream].flatMap((byte) => reader.push(Uint8Array.of(byte)))
    assert.deepEqual(received.map(toHex), ['01', '', '00000007'])
  })

  it('keeps a message of its own when the pieces are written over', () => {
    const piece = frameOf(parseHex('010203'))
    const [message] = new FrameReader().push(piece)
    piece.fill(0xff)
    assert.equal(toHex(message ?? EMPTY_BYTES), '010203')
  })

  it('tells whether the stream was cut off', () => {
    const reader = new FrameReader()
    assert.ok(reader.isAtStart)
    reader.push(Uint8Array.of(0))
    assert.ok(!reader.isAtStart)
    reader.push(Uint8Array.of(0, 0, 1))
    assert.ok(!reader.isAtStart)
    reader.push(Uint8Array.of(9))
    assert.ok(reader.isAtStart)
  })

  it('sets nothing aside for what was only announced', () => {
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 64 }, () => {
      const reader = new FrameReader()
      reader.push(concatBytes(head(FRAME_SIZE_MAX), Uint8Array.of(1)))
      return reader
    })
    const grown = process.memoryUsage().arrayBuffers - before
    assert.ok(grown < FRAME_SIZE_MAX, `${readers.length} announcements took ${grown} bytes`)
  })
})
