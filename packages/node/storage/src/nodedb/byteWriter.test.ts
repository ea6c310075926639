import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ByteReader, ByteWriter } from './byteWriter.ts'

const numbers = fc.tuple(
  fc.integer({ min: 0, max: 0xff }),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.uint8Array({ maxLength: 20 }),
)

describe('the byte writer', () => {
  it('is read back by the byte reader, wherever the buffer has to grow', () => {
    const property = fc.property(fc.array(numbers), fc.nat(64), (rows, capacity) => {
      const writer = new ByteWriter(capacity)
      for (const [a, b, c, d, bytes] of rows) {
        writer.u8(a)
        writer.u32(b)
        writer.u48(c)
        writer.u64(d)
        writer.sized(bytes)
        writer.raw(bytes)
      }
      const reader = new ByteReader(writer.finish())
      for (const [a, b, c, d, bytes] of rows) {
        assert.deepEqual([reader.u8(), reader.u32(), reader.u48(), reader.u64()], [a, b, c, d])
        assert.deepEqual(reader.sized(), bytes)
        assert.deepEqual(reader.raw(bytes.length), bytes)
      }
      assert.throws(() => reader.u8(), { reason: 'mkvs.badRecord' })
    })
    fc.assert(property)
  })

  it('refuses a count that the rest of the bytes cannot hold', () => {
    const reader = new ByteReader(new Uint8Array(12))
    assert.equal(reader.checkCount(3, 4), 3)
    assert.throws(() => reader.checkCount(4, 4), { reason: 'mkvs.badRecord' })
  })
})
