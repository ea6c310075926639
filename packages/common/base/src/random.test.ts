import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BugError } from './errors.ts'
import { type RandomSource, randomBelow, SeededRandom } from './random.ts'

describe('SeededRandom', () => {
  it('gives the first outputs of xoshiro128** in the state 1, 2, 3, 4', () => {
    // Worked out by hand from the published recurrence.
    const random = SeededRandom.fromState([1, 2, 3, 4])
    assert.deepEqual([random.uint32(), random.uint32(), random.uint32()], [11520, 0, 5927040])
  })

  it('is decided by the seed alone', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (seed) => {
        assert.deepEqual(new SeededRandom(seed).bytes(33), new SeededRandom(seed).bytes(33))
      }),
    )
    assert.notDeepEqual(new SeededRandom(1n).bytes(16), new SeededRandom(2n).bytes(16))
  })

  it('uses all values of a byte about equally often', () => {
    const counts = new Array<number>(256).fill(0)
    for (const byte of new SeededRandom(7n).bytes(256 * 400)) counts[byte]!++
    assert.ok(counts.every((count) => count > 300 && count < 500))
  })

  it('gives the same numbers as words and as bytes', () => {
    const check = (seed: bigint, bounds: readonly number[]) => {
      const words = new SeededRandom(seed)
      const whole = new SeededRandom(seed)
      const bytes: RandomSource = { bytes: (size) => whole.bytes(size) }
      for (const bound of bounds) assert.equal(randomBelow(words, bound), randomBelow(bytes, bound))
    }
    const bounds = fc.array(fc.integer({ min: 1, max: 2 ** 32 }))
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), bounds, check))
  })

  it('has no state of zeros', () => {
    assert.throws(() => SeededRandom.fromState([0, 0, 0, 0]), BugError)
  })
})

describe('randomBelow', () => {
  it('stays below the bound and reaches all values', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.bigInt({ min: 0n }), (bound, seed) => {
        const random = new SeededRandom(seed)
        const seen = new Set(Array.from({ length: bound * 40 }, () => randomBelow(random, bound)))
        assert.ok([...seen].every((value) => value >= 0 && value < bound))
        assert.ok(bound > 20 || seen.size === bound)
      }),
    )
  })

  it('draws again when a draw would favour small values', () => {
    const draws = [
      [255, 255, 255, 255],
      [0, 0, 0, 5],
    ]
    const source: RandomSource = { bytes: () => Uint8Array.from(draws.shift() ?? []) }
    assert.equal(randomBelow(source, 3), 2)
    assert.equal(draws.length, 0)
  })

  it('takes bounds from 1 to 2^32', () => {
    const random = new SeededRandom(0n)
    assert.equal(randomBelow(random, 1), 0)
    assert.ok(randomBelow(random, 2 ** 32) < 2 ** 32)
    for (const bound of [0, -1, 2 ** 32 + 1, Number.NaN]) {
      assert.throws(() => randomBelow(random, bound), BugError)
    }
  })
})
