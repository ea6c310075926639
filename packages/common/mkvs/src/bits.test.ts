import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { bitOf, cutAndAppend, isBefore, writeBits } from './bits.ts'
import { bitsOf } from './reference.ts'

const bytes = fc.uint8Array({ maxLength: 6 })

describe('bits of keys', () => {
  it('are read from the most significant on, with zeros behind the end', () => {
    assert.deepEqual(
      Array.from({ length: 18 }, (_, i) => bitOf(Uint8Array.of(0x81, 0x40), i)),
      [1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    )
  })

  it('are written over others without touching the bits before', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.nat(47), fc.nat(47), (target, source, start, count) => {
        const size = Math.min(count, source.length * 8)
        const buffer = new Uint8Array(16)
        buffer.set(target)
        const before = bitsOf(buffer).slice(0, start)
        writeBits(buffer, start, source, size)
        assert.equal(bitsOf(buffer).slice(0, start + size), before + bitsOf(source).slice(0, size))
      }),
    )
  })

  it('are cut and one is appended', () => {
    fc.assert(
      fc.property(bytes, fc.nat(60), fc.constantFrom(0 as const, 1 as const), (key, count, bit) => {
        const cut = bitsOf(cutAndAppend(key, count, bit))
        const expected = bitsOf(key).padEnd(count, '0').slice(0, count) + bit
        assert.equal(cut, expected.padEnd(Math.ceil(expected.length / 8) * 8, '0'))
      }),
    )
  })

  it('are compared up to a number of bits', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.nat(48), (key, path, wanted) => {
        const count = Math.min(wanted, key.length * 8, path.length * 8)
        const [a, b] = [bitsOf(key).slice(0, count), bitsOf(path).slice(0, count)]
        assert.equal(isBefore(key, path, count), a < b)
      }),
    )
  })
})
