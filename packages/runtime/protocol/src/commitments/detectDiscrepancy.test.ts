import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { testHash } from '../testing/testCommittee.ts'
import type { Tally } from './countVotes.ts'
import { type DetectionView, detectDiscrepancy } from './detectDiscrepancy.ts'

/** Votes by letter: the same letter is the same result, `-` a failure, `.` nothing yet. */
function tallyOf(votes: string): Tally {
  const names = [...new Set(votes.replace(/[-.]/g, ''))]
  const countOf = (name: string) => votes.split(name).length - 1
  return {
    memberCount: votes.length,
    failureCount: countOf('-'),
    missingCount: countOf('.'),
    counts: names.map((name) => ({ vote: testHash(name), count: countOf(name) })),
  }
}

const WAIT = 'waiting votes-missing'
const WAIT_FOR_TIMEOUT = 'waiting backup-scheduler'
const LATE = 'discrepancy votes-missing'
const SPLIT = 'discrepancy votes-differ'
const FAILED = 'discrepancy too-many-failures'

function detect(votes: string, allowedStragglers: number, view: Partial<DetectionView> = {}) {
  const tally = tallyOf(votes)
  const found = detectDiscrepancy({ rank: 0n, isTimeout: false, tally, allowedStragglers, ...view })
  return 'why' in found ? `${found.kind} ${found.why}` : found.kind
}

describe('there is a discrepancy', () => {
  const table: readonly [string, number, string, string][] = [
    // votes, stragglers, in time, at the timeout
    ['aaaa', 0, 'accepted', 'accepted'],
    ['aaa.', 0, WAIT, LATE],
    ['aaa.', 1, 'accepted', 'accepted'],
    ['aa..', 1, WAIT, LATE],
    ['a...', 3, 'accepted', 'accepted'],
    ['aaa-', 0, FAILED, FAILED],
    ['aaa-', 1, 'accepted', 'accepted'],
    ['aa-.', 1, WAIT, LATE],
    ['aa--', 1, FAILED, FAILED],
    ['ab..', 0, SPLIT, SPLIT],
    ['aaab', 3, SPLIT, SPLIT],
    ['ab--', 1, SPLIT, SPLIT],
    ['....', 4, 'accepted', 'accepted'],
  ]
  for (const [votes, stragglers, early, late] of table) {
    it(`or not: ${votes} with ${stragglers} stragglers`, () => {
      assert.equal(detect(votes, stragglers), early)
      assert.equal(detect(votes, stragglers, { isTimeout: true }), late)
    })
  }

  it('of a backup scheduler only when the round has timed out', () => {
    for (const votes of ['ab..', 'aa--']) {
      assert.equal(detect(votes, 1, { rank: 1n }), WAIT_FOR_TIMEOUT)
      assert.match(detect(votes, 1, { rank: 1n, isTimeout: true }), /^discrepancy/)
    }
    assert.equal(detect('aaaa', 1, { rank: 1n }), 'accepted')
  })

  it('whatever the order of the votes', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '-', '.'), { minLength: 1, maxLength: 8 })
    const check = (votes: readonly string[], stragglers: number) => {
      const reversed = detect(votes.toReversed().join(''), stragglers)
      assert.equal(detect(votes.join(''), stragglers), reversed)
    }
    fc.assert(fc.property(letters, fc.nat(3), check))
  })
})
