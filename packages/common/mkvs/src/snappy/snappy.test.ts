import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, equalBytes, parseHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { SNAPPY_BLOCK_BYTES_MAX } from '../limits.ts'
import { compressBlock, decompressBlock } from './block.ts'
import { maskedCrc32c } from './crc32c.ts'
import { decodeSnappy, encodeSnappy } from './framing.ts'

/** Bytes with repetitions near and far. */
const texts = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.nat(40)), { maxLength: 30 })
  .map((runs) => concatBytes(...runs.flatMap(([piece, count]) => Array(count).fill(piece))))

const isRefused = (error: unknown): boolean => error instanceof CodedError

describe('a snappy block', () => {
  it('comes back as it was, smaller if it repeats itself', () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.uint8Array({ maxLength: 400 })), (bytes) => {
        assert.deepEqual(decompressBlock(compressBlock(bytes), bytes.length), bytes)
      }),
      { numRuns: 300 },
    )
    const zeros = new Uint8Array(SNAPPY_BLOCK_BYTES_MAX)
    const block = compressBlock(zeros)
    assert.ok(block.length < zeros.length / 20)
    assert.deepEqual(decompressBlock(block, SNAPPY_BLOCK_BYTES_MAX), zeros)
  })

  it('may use every kind of element', () => {
    // Written by hand from the format's description.
    const block = parseHex('160861626305031a03001b03000000')
    const repeated = 'abc'.repeat(8).slice(0, 22)
    assert.deepEqual(decompressBlock(block, 100), toUtf8(repeated))
    assert.deepEqual(decompressBlock(parseHex('04f00361626364'), 4), toUtf8('abcd'))
    assert.deepEqual(decompressBlock(parseHex('04f4030061626364'), 4), toUtf8('abcd'))
    assert.deepEqual(decompressBlock(parseHex('04f803000061626364'), 4), toUtf8('abcd'))
    assert.deepEqual(decompressBlock(parseHex('04fc0300000061626364'), 4), toUtf8('abcd'))
  })

  it('is refused when anything runs over an end', () => {
    const cases = {
      empty: '',
      'size without end': 'ffffffffff',
      'size beyond 32 bits': 'ffffffff7f',
      'missing output': '01',
      'literal over the end': '0408616263',
      'literal size over the end': '04f4',
      'more than announced': '0208616263',
      'copy over the end': '0408616263',
      'copy of nothing': '05086162630100',
      'copy from before the beginning': '08086162630504',
      'copy beyond the size': '04086162630503',
      'offset over the end': '08086162630a03',
      'far offset over the end': '08086162630b030000',
    }
    for (const [name, hex] of Object.entries(cases))
      assert.throws(() => decompressBlock(parseHex(hex), 1000), { reason: 'mkvs.badSnappy' }, name)
  })

  it('is no larger than was allowed', () => {
    const block = compressBlock(new Uint8Array(100))
    assert.equal(decompressBlock(block, 100).length, 100)
    assert.throws(() => decompressBlock(block, 99), { reason: 'mkvs.badSnappy' })
  })

  it('answers any bytes with a coded error or some bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          assert.ok(decompressBlock(bytes, 5000).length <= 5000)
        } catch (error) {
          assert.ok(isRefused(error))
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a snappy stream', () => {
  it('comes back as it was, over several chunks', () => {
    const long = Uint8Array.from(
      { length: 2 * SNAPPY_BLOCK_BYTES_MAX + 5 },
      (_, i) => (i * i) >>> 3,
    )
    for (const bytes of [new Uint8Array(0), toUtf8('wadi'), long]) {
      const stream = encodeSnappy(bytes)
      assert.deepEqual(decodeSnappy(stream, bytes.length), bytes)
      if (bytes.length > 0)
        assert.throws(() => decodeSnappy(stream, bytes.length - 1), { reason: 'mkvs.badSnappy' })
    }
  })

  it('has chunks of SNAPPY_BLOCK_BYTES_MAX bytes, packed or not, and no larger ones', () => {
    const stream = encodeSnappy(toUtf8('wadi'))
    const chunkOf = (kind: number, body: Uint8Array, content: Uint8Array): Uint8Array => {
      const head = new DataView(new ArrayBuffer(8))
      head.setUint32(0, kind | ((body.length + 4) << 8), true)
      head.setUint32(4, maskedCrc32c(content), true)
      return concatBytes(stream.subarray(0, 10), new Uint8Array(head.buffer), body)
    }
    const zeros = new Uint8Array(SNAPPY_BLOCK_BYTES_MAX)
    const oneMore = new Uint8Array(SNAPPY_BLOCK_BYTES_MAX + 1)
    for (const pack of [(bytes: Uint8Array) => bytes, compressBlock]) {
      const kind = pack === compressBlock ? 0 : 1
      assert.deepEqual(decodeSnappy(chunkOf(kind, pack(zeros), zeros), zeros.length), zeros)
      const beyond = chunkOf(kind, pack(oneMore), oneMore)
      assert.throws(() => decodeSnappy(beyond, oneMore.length), { reason: 'mkvs.badSnappy' })
    }
  })

  it('skips padding and repeated beginnings, and nothing else', () => {
    const stream = encodeSnappy(toUtf8('wadi'))
    const magic = stream.subarray(0, 10)
    const padding = Uint8Array.of(0xfe, 2, 0, 0, 9, 9)
    assert.deepEqual(decodeSnappy(concatBytes(magic, padding, stream), 4), toUtf8('wadi'))
    for (const kind of [0x02, 0x7f]) {
      const unknown = Uint8Array.of(kind, 0, 0, 0)
      assert.throws(() => decodeSnappy(concatBytes(stream, unknown), 4), {
        reason: 'mkvs.badSnappy',
      })
    }
    assert.throws(() => decodeSnappy(stream.subarray(10), 4), { reason: 'mkvs.badSnappy' })
    assert.throws(() => decodeSnappy(concatBytes(padding, stream), 4), { reason: 'mkvs.badSnappy' })
  })

  it('never says anything else after a single-byte mutation, and nothing after a cut', () => {
    const bytes = concatBytes(toUtf8('wadi wadi wadi wadi wadi'), new Uint8Array(100))
    const stream = encodeSnappy(bytes)
    for (let at = 0; at < stream.length; at++) {
      for (const flip of [1, 0x40, 0xff]) {
        const mutated = stream.with(at, stream[at]! ^ flip)
        // A chunk may have become one to be skipped, or a copy one from another repetition.
        try {
          const result = decodeSnappy(mutated, 1000)
          assert.ok(result.length === 0 || equalBytes(result, bytes), `byte ${at}`)
        } catch (error) {
          assert.ok(isRefused(error), String(error))
        }
      }
      if (at !== 0 && at !== 10)
        assert.throws(() => decodeSnappy(stream.slice(0, at), 1000), isRefused)
    }
  })

  it('answers any bytes with a coded error or some bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const stream = concatBytes(encodeSnappy(new Uint8Array(0)), bytes)
        try {
          assert.ok(decodeSnappy(stream, 5000).length <= 5000)
        } catch (error) {
          assert.ok(isRefused(error))
        }
      }),
      { numRuns: 1000 },
    )
  })
})
