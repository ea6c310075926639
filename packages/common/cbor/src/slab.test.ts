import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { SLAB_PIECE_SIZE_MAX, SLAB_SIZE } from './limits.ts'
import { copyOf } from './slab.ts'

it('copies of any size are right and share nothing', () => {
  const source = Uint8Array.from({ length: 4000 }, (_, i) => i * 7)
  const range = fc.tuple(fc.nat(2000), fc.nat(SLAB_PIECE_SIZE_MAX + 10))
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 40 }), (ranges) => {
      const copies = ranges.map(([start, size]) => copyOf(source, start, start + size))
      for (const [i, [start, size]] of ranges.entries()) {
        assert.deepEqual(copies[i], source.subarray(start, start + size))
        copies[i]?.fill(255)
      }
    }),
  )
})

it('a copy of any size keeps at most a block alive', () => {
  for (const size of [0, 64, 65, SLAB_PIECE_SIZE_MAX, SLAB_PIECE_SIZE_MAX + 1]) {
    const { buffer } = copyOf(new Uint8Array(size), 0, size)
    assert.ok(buffer.byteLength <= Math.max(SLAB_SIZE, size))
  }
})
