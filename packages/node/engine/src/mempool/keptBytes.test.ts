import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { keptBytes } from './keptBytes.ts'

describe('kept bytes', () => {
  it('are what was given, whatever becomes of that and of each other', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 })), (given) => {
        const wanted = given.map((bytes) => bytes.slice())
        const kept = given.map((bytes) => keptBytes(Buffer.from(bytes.buffer)))
        for (const bytes of given) bytes.fill(0xff)
        assert.deepEqual(kept, wanted)
      }),
    )
  })

  it('of a large one have a buffer of their own', () => {
    assert.equal(keptBytes(Buffer.alloc(5000).subarray(0, 600)).buffer.byteLength, 600)
  })
})
