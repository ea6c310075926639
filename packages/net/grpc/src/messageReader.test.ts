import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { frameOf } from './frames.ts'
import { FRAME_HEAD_BYTES, PIECE_BYTES_MIN } from './limits.ts'
import { MessageReader, TRAILERS_FLAG } from './messageReader.ts'

/** The pieces of a stream that is cut at some places. */
function cut(stream: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (stream.length + 1)))]
  const sorted = [0, ...ends.sort((a, b) => a - b), stream.length]
  return sorted.slice(1).map((end, i) => stream.subarray(sorted[i], end))
}

function read(reader: MessageReader, pieces: readonly Uint8Array[]): Uint8Array[] {
  const messages: Uint8Array[] = []
  for (const piece of pieces) reader.push(piece, (message) => messages.push(message))
  return messages.map((message) => Uint8Array.from(message))
}

const refusal = (run: () => unknown) => {
  try {
    run()
    return 'nothing thrown'
  } catch (error) {
    assert.ok(error instanceof CodedError)
    return `${error.reason} ${error.message}`
  }
}

describe('messages in a stream', () => {
  it('are the same wherever the stream is cut', () => {
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.nat(3 * PIECE_BYTES_MIN).map((size) => new Uint8Array(size).fill(size)),
    )
    const places = fc.array(fc.nat(), { maxLength: 30 })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), places, (messages, where) => {
        const stream = concatBytes(...messages.map((one) => frameOf(one)))
        const reader = new MessageReader()
        assert.deepEqual(read(reader, cut(stream, where)), messages)
        assert.equal(reader.isMidway, false)
      }),
    )
  })

  it('are the same byte by byte, and known not to be whole before', () => {
    const messages = [new Uint8Array(0), Uint8Array.of(1), new Uint8Array(70).fill(3)]
    const stream = concatBytes(...messages.map((one) => frameOf(one)))
    const reader = new MessageReader()
    const seen: Uint8Array[] = []
    for (let i = 0; i < stream.length; i++) {
      reader.push(stream.subarray(i, i + 1), (one) => seen.push(Uint8Array.from(one)))
      if (i === stream.length - 2) assert.equal(reader.isMidway, true)
    }
    assert.deepEqual(seen, messages)
  })

  it('have a size as large as allowed, and not one byte more', () => {
    const reader = () => new MessageReader({ sizeMax: 10 })
    assert.equal(read(reader(), [frameOf(new Uint8Array(10))]).length, 1)
    assert.equal(
      refusal(() => read(reader(), [frameOf(new Uint8Array(11)).subarray(0, FRAME_HEAD_BYTES)])),
      'grpc.resourceExhausted grpc: received message larger than max (11 vs. 10)',
    )
  })

  it('are refused when they are compressed, or have another flag', () => {
    const flagged = (flag: number) => [frameOf(Uint8Array.of(1), flag)]
    assert.equal(
      refusal(() => read(new MessageReader(), flagged(1))),
      'grpc.internal grpc: compressed flag set with identity or empty encoding',
    )
    assert.equal(
      refusal(() => read(new MessageReader(), flagged(TRAILERS_FLAG))),
      'grpc.internal grpc: received unexpected payload format 128',
    )
  })

  it('are apart from what the end says, where an end is waited for', () => {
    const ends: Uint8Array[] = []
    const reader = new MessageReader({ trailers: (end) => ends.push(Uint8Array.from(end)) })
    const stream = concatBytes(
      frameOf(Uint8Array.of(1)),
      frameOf(Uint8Array.of(2, 3), TRAILERS_FLAG),
    )
    assert.deepEqual(read(reader, cut(stream, [3, 8, 9, 12])), [Uint8Array.of(1)])
    assert.deepEqual(ends, [Uint8Array.of(2, 3)])
  })

  it('take memory as they come, not as they say', () => {
    const held: number[] = []
    const reader = new MessageReader({ hold: (bytes) => held.push(bytes) < 3 })
    const frame = frameOf(new Uint8Array(50_000_000))
    assert.deepEqual(read(reader, [frame.subarray(0, 100)]), [])
    assert.deepEqual(held, [PIECE_BYTES_MIN])
    read(reader, [frame.subarray(100, 100 + PIECE_BYTES_MIN)])
    assert.deepEqual(held, [PIECE_BYTES_MIN, PIECE_BYTES_MIN])
    assert.equal(
      refusal(() => read(reader, [frame.subarray(5000, 20_000)])),
      'grpc.resourceExhausted grpc: the server holds as much as it can',
    )
  })
})
