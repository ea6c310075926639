import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { SLAB_BYTES, SLAB_INLINE_BYTES_MAX, SLAB_PIECE_BYTES_MAX } from './limits.ts'
import { Slab } from './slab.ts'

describe('a slab', () => {
  it('copies bytes of any size, and no copy changes another', () => {
    const source = Uint8Array.from({ length: 4000 }, (_, i) => i * 7)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1500), fc.nat(2000)), { maxLength: 60 }), (cuts) => {
        const slab = new Slab()
        const copies = cuts.map(([size, start]) => slab.copy(source, start, start + size))
        copies.forEach((copy, i) => {
          const [size, start] = cuts[i]!
          assert.deepEqual(copy, source.slice(start, start + size))
        })
      }),
    )
  })

  it('shares memory among pieces from SLAB_INLINE_BYTES_MAX to SLAB_PIECE_BYTES_MAX bytes', () => {
    const source = new Uint8Array(SLAB_PIECE_BYTES_MAX + 1)
    const memoryOf = (size: number): number => new Slab().copy(source, 0, size).buffer.byteLength
    for (const size of [SLAB_INLINE_BYTES_MAX, SLAB_PIECE_BYTES_MAX + 1])
      assert.equal(memoryOf(size), size)
    for (const size of [SLAB_INLINE_BYTES_MAX + 1, SLAB_PIECE_BYTES_MAX])
      assert.equal(memoryOf(size), SLAB_BYTES)
  })

  it('takes pieces until SLAB_BYTES are full, and another block for one byte more', () => {
    const source = new Uint8Array(SLAB_BYTES)
    const slab = new Slab()
    const blocks = new Set<unknown>()
    for (let at = 0; at < SLAB_BYTES; at += SLAB_PIECE_BYTES_MAX)
      blocks.add(slab.copy(source, at, at + SLAB_PIECE_BYTES_MAX).buffer)
    assert.equal(blocks.size, 1)
    blocks.add(slab.copy(source, 0, SLAB_INLINE_BYTES_MAX + 1).buffer)
    assert.equal(blocks.size, 2)
  })
})
