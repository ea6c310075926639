import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { encodeDelimited } from '@wadi/protobuf/codec'
import { field, message } from '@wadi/protobuf/message'
import { bytes } from '@wadi/protobuf/scalars'
import fc from 'fast-check'
import { FrameReader } from './frames.ts'

const Body = message({ body: field(1, bytes) })
const frameOf = (body: Uint8Array): Uint8Array => encodeDelimited(Body, { body })
/** A frame of so many zeros. */
const zeros = (length: number): Uint8Array => {
  const head = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
  return concatBytes(Uint8Array.from(head), new Uint8Array(length))
}

describe('frames of a stream', () => {
  it('are the same wherever the stream is cut', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(bodies, cuts, (messages, sizes) => {
        const stream = concatBytes(new Uint8Array(0), ...messages.map(frameOf))
        const reader = new FrameReader()
        const found: Uint8Array[] = []
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          for (const frame of reader.push(stream.subarray(at, at + size))) found.push(frame.slice())
          at += size
        }
        assert.deepEqual(
          found,
          messages.map((body) => frameOf(body).slice(frameOf(body).length < 129 ? 1 : 2)),
        )
      }),
    )
  })

  it('come once, also where somebody stops in the middle', () => {
    const frames = [1, 2, 3].map((length) => zeros(length))
    const stream = concatBytes(...frames)
    for (let cut = 0; cut < stream.length; cut++) {
      const reader = new FrameReader()
      const sizes: number[] = []
      const takeOne = (piece: Uint8Array): void => {
        for (const frame of reader.push(piece)) {
          sizes.push(frame.length)
          return
        }
      }
      takeOne(stream.subarray(0, cut))
      takeOne(stream.subarray(cut))
      takeOne(EMPTY_BYTES)
      takeOne(EMPTY_BYTES)
      assert.deepEqual(sizes, [1, 2, 3], `cut at ${cut}`)
    }
  })

  it('have a size up to the limit and not beyond it', () => {
    assert.equal([...new FrameReader(300).push(zeros(300))].length, 1)
    const beyond = new FrameReader(300)
    assert.throws(() => [...beyond.push(zeros(301).subarray(0, 2))], {
      reason: 'protobuf.frameTooLarge',
    })
  })

  it('take no memory for a length that is only announced', () => {
    const reader = new FrameReader()
    assert.deepEqual([...reader.push(Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 1))], [])
  })

  it('have a length of at most ten bytes', () => {
    const reader = new FrameReader()
    const length = new Uint8Array(10).fill(0x80)
    assert.throws(() => [...reader.push(length)], { reason: 'protobuf.overflow' })
  })
})
