import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
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
})
