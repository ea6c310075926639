import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { growthOf, type Reading } from './memoryGrowth.ts'

const STEP = 250

/** Memory that goes up and down by 0.9 MB every 4,096 heights, and by so many bytes a height. */
function waves(heights: number, leakPerHeight: number): readonly Reading[] {
  return Array.from({ length: heights / STEP }, (_, i) => {
    const height = (i + 1) * STEP
    const wave = ((height % 4096) / 4096) * 900_000
    // What is filled once, in the beginning.
    const filling = Math.min(height * 500, 600_000)
    return { height, bytes: 20_000_000 + wave + filling + height * leakPerHeight }
  })
}

function isGrowth(readings: readonly Reading[]): boolean {
  const growth = growthOf(readings)
  assert.ok(growth)
  return growth.bytes > growth.bytesMax
}

describe('the growth of memory', () => {
  it('is found over 100,000 heights if it is six bytes a height', () => {
    for (const leak of [6, 10, 1000]) assert.equal(isGrowth(waves(100_000, leak)), true)
    for (const leak of [0, 1, -100]) assert.equal(isGrowth(waves(100_000, leak)), false)
    const growth = growthOf(waves(100_000, 10))!
    assert.ok(Math.abs(growth.bytes / growth.heights - 10) < 2)
  })

  it('is found in a short run if it is large', () => {
    assert.equal(isGrowth(waves(6_000, 0)), false)
    assert.equal(isGrowth(waves(6_000, 1_000)), true)
  })

  it('is not what is filled once, nor what goes up and down', () => {
    for (let heights = 40_000; heights <= 60_000; heights += STEP)
      assert.equal(isGrowth(waves(heights, 0)), false)
  })

  it('cannot be told of too few readings', () => {
    assert.equal(growthOf([]), undefined)
    assert.equal(growthOf(waves(STEP, 0)), undefined)
    assert.equal(growthOf(waves(3 * STEP, 0)), undefined)
    assert.ok(growthOf(waves(12 * STEP, 0)))
  })
})
