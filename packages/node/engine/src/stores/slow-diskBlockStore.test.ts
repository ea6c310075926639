import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tryFlips } from './testing/flippedStore.ts'
import { SampleChain } from './testing/sampleChain.ts'

describe('a block store with any byte flipped', () => {
  it('misses that block and takes it again, or is refused in words, for each byte of each file', () => {
    const { bytes, flipped, refused, repaired } = tryFlips(new SampleChain(1n), {
      blocks: 4,
      stride: 1,
    })
    assert.equal(flipped, bytes)
    assert.ok(bytes > 5000)
    // What the folder is says one small file alone; everything else is repaired.
    assert.ok(refused > 0 && refused < 50)
    assert.ok(repaired > bytes / 2)
  })
})
