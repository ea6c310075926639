import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { at, testCandidate } from './testing/testChain.ts'
import { voteTime } from './voteTime.ts'

describe('The time of a vote', () => {
  const early = testCandidate('early', 'valid', at(10))
  const late = testCandidate('late', 'valid', at(20))
  const locked = (candidate: typeof early) => ({ round: 0, candidate })

  it('is now, if that is later than the block', () => {
    const view = { locked: undefined, proposalBlock: early }
    assert.deepEqual(voteTime({ locked: undefined, proposalBlock: undefined }, at(5)), at(5))
    assert.deepEqual(voteTime(view, at(11)), at(11))
  })

  it('is a millisecond after the block, if the clock is behind', () => {
    const view = { locked: undefined, proposalBlock: early }
    assert.deepEqual(voteTime(view, at(10)), at(10, 1))
    assert.deepEqual(voteTime(view, at(10, 1)), at(10, 1))
    assert.deepEqual(voteTime(view, at(3)), at(10, 1))
  })

  it('goes by what is locked rather than by what is proposed', () => {
    assert.deepEqual(voteTime({ locked: locked(early), proposalBlock: late }, at(5)), at(10, 1))
    assert.deepEqual(voteTime({ locked: locked(late), proposalBlock: early }, at(5)), at(20, 1))
  })
})
