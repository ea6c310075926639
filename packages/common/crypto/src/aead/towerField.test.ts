import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { affineLinear, INFINITY, invert, makeTowerTables, multiply } from './towerField.ts'

const tables = makeTowerTables()

/** What a vector permutation answers for one lane. */
function look(table: readonly number[], index: number): number {
  if ((index & INFINITY) !== 0) return 0
  assert.ok(index < 16, 'an index is a nibble or infinite')
  return table[index]!
}

const both = ([low, high]: readonly [readonly number[], readonly number[]], x: number): number =>
  low[x & 15]! ^ high[x >> 4]!

const everyByte = Array.from({ length: 256 }, (_, x) => x)

describe('the AES field as pairs over GF(16)', () => {
  it('has the field of FIPS 197: 57 · 83 = c1, and S(53) = ed', () => {
    assert.equal(multiply(0x57, 0x83), 0xc1)
    assert.equal(affineLinear(invert(0x53)) ^ 0x63, 0xed)
    assert.equal(affineLinear(invert(0)) ^ 0x63, 0x63)
  })

  it('goes to pairs and back', () => {
    for (const x of everyByte) assert.equal(both(tables.fromPair, both(tables.toPair, x)), x)
  })

  it('gives the S-box of every byte by five look-ups and two tables', () => {
    for (const x of everyByte) {
      const pair = both(tables.toPair, x)
      const [i, k] = [pair >> 4, pair & 15]
      const j = i ^ k
      const aOverK = look(tables.inverseTimesA, k)
      const overP = look(tables.inverse, look(tables.inverse, i) ^ aOverK) ^ j
      const overQ = look(tables.inverse, look(tables.inverse, j) ^ aOverK) ^ i
      const substituted = affineLinear(invert(x))
      const { substituted: once, substitutedTwice: twice } = tables
      const result = (of: typeof once): number =>
        both(tables.fromPair, look(of[0], overP) ^ look(of[1], overQ))
      assert.equal(result(once), substituted)
      assert.equal(result(twice), multiply(substituted, 2))
    }
  })
})
