import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ODDS_MAX, POOL_SIZE_MAX } from '../limits.ts'
import {
  COMMITTEE_KINDS,
  type CommitteeKind,
  committeeSize,
  type Drawing,
} from './committeeSize.ts'

const sizes = (drawing: Drawing) =>
  (['detection', 'majority', 'twoThirds'] as const).map((kind) => committeeSize(kind, drawing))

/** How many of all committees are bad, one by one; a bit of `drawn` stands for a node. */
function countBad({ poolSize, byzantineCount }: Drawing, size: number, kind: CommitteeKind) {
  let [bad, all] = [0n, 0n]
  for (let drawn = 0; drawn < 1 << poolSize; drawn++) {
    const members = Array.from({ length: poolSize }, (_, i) => (drawn >> i) & 1)
    if (members.filter((bit) => bit === 1).length !== size) continue
    all++
    const liars = members.slice(0, byzantineCount).filter((bit) => bit === 1).length
    // Honest ones have to be more than none, half, or two thirds.
    const factor = COMMITTEE_KINDS[kind]
    if ((size - liars) * factor <= size * (factor - 1)) bad++
  }
  return { bad, all }
}

describe('the size of a committee', () => {
  it('is what another program finds for a pool of 100', () => {
    // Python's fractions over math.comb.
    const pool = (byzantineCount: number, odds: bigint) =>
      sizes({ poolSize: 100, byzantineCount, odds })
    assert.deepEqual(pool(10, 1_000_000n), [6, 17, 28])
    assert.deepEqual(pool(20, 1_000_000_000n), [12, 39, 61])
    assert.deepEqual(pool(25, 1_000n), [5, 25, 70])
    assert.deepEqual(pool(33, 1_000_000n), [12, 61, 100])
    assert.deepEqual(
      sizes({ poolSize: 2_000, byzantineCount: 200, odds: 1_000_000_000n }),
      [9, 35, 82],
    )
  })

  it('is one where nobody lies, and none where too many do', () => {
    const pool = (byzantineCount: number) => sizes({ poolSize: 9, byzantineCount, odds: 1_000n })
    assert.deepEqual(pool(0), [1, 1, 1])
    assert.deepEqual(pool(2), [3, 5, 7])
    assert.deepEqual(pool(3), [4, 7, undefined])
    assert.deepEqual(pool(8), [9, undefined, undefined])
    assert.deepEqual(pool(9), [undefined, undefined, undefined])
  })

  it('is the smallest one, if all committees are tried out', () => {
    const drawings = fc.record({
      poolSize: fc.integer({ min: 1, max: 9 }),
      byzantineCount: fc.nat(9),
      odds: fc.bigInt(1n, 200n),
    })
    const kinds = fc.constantFrom<CommitteeKind>('detection', 'majority', 'twoThirds')
    fc.assert(
      fc.property(drawings, kinds, (drawn, kind) => {
        const drawing = { ...drawn, byzantineCount: Math.min(drawn.byzantineCount, drawn.poolSize) }
        const isGood = (size: number) => {
          const { bad, all } = countBad(drawing, size, kind)
          return bad * drawing.odds <= all
        }
        const every = Array.from({ length: drawing.poolSize }, (_, i) => i + 1)
        assert.equal(committeeSize(kind, drawing), every.find(isGood))
      }),
      { numRuns: 60 },
    )
  })

  it('is known up to the bounds, and not one beyond', () => {
    const largest = { poolSize: POOL_SIZE_MAX, byzantineCount: 1, odds: ODDS_MAX }
    assert.equal(committeeSize('detection', largest), 2)
    const refused: readonly Partial<Drawing>[] = [
      { poolSize: POOL_SIZE_MAX + 1 },
      { poolSize: 0 },
      { poolSize: 2.5 },
      { byzantineCount: -1 },
      { byzantineCount: POOL_SIZE_MAX + 1 },
      { odds: 0n },
      { odds: ODDS_MAX + 1n },
    ]
    for (const wrong of refused)
      assert.throws(() => committeeSize('majority', { ...largest, ...wrong }), {
        reason: 'wadi.badValue',
      })
  })
})
