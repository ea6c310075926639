import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testHash } from '../testing/testCommittee.ts'
import { resolveDiscrepancy } from './resolveDiscrepancy.ts'

/** Votes by letter: `a` is what the scheduler said, `-` a failure, `.` nothing yet. */
function resolve(votes: string, isTimeout: boolean): string {
  const countOf = (name: string) => votes.split(name).length - 1
  const names = [...new Set(votes.replace(/[-.]/g, ''))]
  const tally = {
    memberCount: votes.length,
    failureCount: countOf('-'),
    missingCount: countOf('.'),
    counts: names.map((name) => ({ vote: testHash(name), count: countOf(name) })),
  }
  const found = resolveDiscrepancy({ tally, schedulerVote: testHash('a'), isTimeout })
  return 'why' in found ? `${found.kind} ${found.why}` : found.kind
}

const WAIT = 'waiting votes-missing'
const TOO_FEW = 'failed insufficientVotes'
const LIAR = 'failed badSchedulerCommitment'

describe('a discrepancy is resolved by more than half of the backup workers', () => {
  const table: readonly [string, string, string][] = [
    // votes, in time, at the timeout
    ['aaa', 'accepted', 'accepted'],
    ['aab', 'accepted', 'accepted'],
    ['aa.', 'accepted', 'accepted'],
    ['a..', WAIT, TOO_FEW],
    ['...', WAIT, TOO_FEW],
    ['a-.', WAIT, TOO_FEW],
    ['a--', TOO_FEW, TOO_FEW],
    ['ab-', TOO_FEW, TOO_FEW],
    ['abc', TOO_FEW, TOO_FEW],
    ['bb.', LIAR, LIAR],
    ['bba', LIAR, LIAR],
    ['aabb', TOO_FEW, TOO_FEW],
    ['aaab', 'accepted', 'accepted'],
    ['aa..', WAIT, TOO_FEW],
    ['a', 'accepted', 'accepted'],
    ['-', TOO_FEW, TOO_FEW],
  ]
  for (const [votes, early, late] of table) {
    it(`or not: ${votes}`, () => {
      assert.equal(resolve(votes, false), early)
      assert.equal(resolve(votes, true), late)
    })
  }

  it('and never without any', () => {
    assert.equal(resolve('', false), TOO_FEW)
  })
})
