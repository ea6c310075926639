import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RANK_NONE } from '@wadi/runtime-protocol/commitments/addCommitment'
import fc from 'fast-check'
import { decideNext, type NextView } from './decideNext.ts'

interface Case extends Partial<NextView> {
  readonly what: string
  readonly next: string
}

/** A node of rank 2 at the beginning of a round, with no proposal. */
const QUIET: NextView = {
  ownRank: 2n,
  poolRank: RANK_NONE,
  allowance: 0n,
  discrepancyRank: undefined,
  ranks: [],
}

const CASES: readonly Case[] = [
  { what: 'nothing is there', next: 'nothing' },
  { what: 'the primary scheduler has its turn at once', ownRank: 0n, next: 'schedule 0..0' },
  { what: 'the primary proposal is there', ranks: [0n], next: 'process 0 0..0' },
  { what: 'a proposal came before its turn', ranks: [1n], next: 'nothing' },
  { what: 'its turn has come', ranks: [1n], allowance: 1n, next: 'process 1 0..1' },
  { what: 'the best of several counts', ranks: [0n, 1n], allowance: 1n, next: 'process 0 0..0' },
  { what: 'our turn has come', allowance: 2n, next: 'schedule 0..2' },
  { what: 'our turn was long ago', allowance: 9n, next: 'schedule 0..2' },
  { what: 'a better one goes before ours', ranks: [1n], allowance: 2n, next: 'process 1 0..1' },
  { what: 'a worse one does not', ranks: [3n], allowance: 9n, next: 'schedule 0..2' },
  { what: 'a better scheduler has committed', allowance: 9n, poolRank: 1n, next: 'nothing' },
  { what: 'we have committed ourselves', allowance: 9n, poolRank: 2n, next: 'schedule 0..2' },
  {
    what: 'the proposal of the one who has committed is there',
    ranks: [0n, 1n],
    allowance: 9n,
    poolRank: 1n,
    next: 'process 0 0..0',
  },
  {
    what: 'a backup worker never has a turn',
    ownRank: RANK_NONE,
    allowance: 9n,
    next: 'nothing',
  },
  {
    what: 'a backup worker looks at the best that has its turn',
    ownRank: RANK_NONE,
    allowance: 3n,
    ranks: [3n, 4n],
    next: 'process 3 0..3',
  },
  { what: 'another one is disputed', discrepancyRank: 1n, ranks: [0n], next: 'nothing 1..1' },
  { what: 'a disputed one is there', discrepancyRank: 1n, ranks: [1n], next: 'process 1 1..1' },
  { what: 'ours is disputed', discrepancyRank: 2n, next: 'schedule forced 2..2' },
  {
    what: 'the turn does not matter then',
    discrepancyRank: 7n,
    ranks: [7n],
    next: 'process 7 7..7',
  },
]

function textOf(view: NextView): string {
  const next = decideNext(view)
  const parts: string[] = [next.kind]
  if (next.kind === 'process') parts.push(`${next.rank}`)
  if (next.kind === 'schedule' && next.isForced) parts.push('forced')
  if (next.bounds !== undefined) parts.push(`${next.bounds.min}..${next.bounds.max}`)
  return parts.join(' ')
}

describe('what to turn to next', () => {
  for (const { what, next, ...view } of CASES) {
    it(`${what}: ${next}`, () => assert.equal(textOf({ ...QUIET, ...view }), next))
  }

  it('is never a proposal as bad as ours, or one whose turn has not come', () => {
    const rank = fc.bigInt({ min: 0n, max: 6n })
    const views = fc.record({
      ownRank: fc.oneof(rank, fc.constant(RANK_NONE)),
      poolRank: fc.oneof(rank, fc.constant(RANK_NONE)),
      allowance: rank,
      discrepancyRank: fc.constant(undefined),
      ranks: fc.uniqueArray(rank).map((ranks) => ranks.sort((a, b) => Number(a - b))),
    })
    const check = (view: NextView) => {
      const next = decideNext(view)
      if (next.kind === 'nothing') return
      const { max } = next.bounds
      assert.ok(max <= view.allowance && max <= view.poolRank && max <= view.ownRank)
      if (next.kind === 'process') assert.ok(next.rank < view.ownRank)
      else assert.ok(view.ranks.every((other) => other >= view.ownRank))
    }
    fc.assert(fc.property(views, check))
  })
})
