import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PARTS_MAX } from '../limits.ts'
import { RoundStep } from '../round/roundStep.ts'
import { testProposal } from '../round/testing/testChain.ts'
import { bitsWhere, countBits, noBits, setBits } from '../types/bitArray.ts'
import {
  applyHasVote,
  applyNewRoundStep,
  applyNewValidBlock,
  applyProposalPol,
  applyVoteSetBits,
  forgetReceived,
  type PeerRounds,
  UNKNOWN_ROUNDS,
  voteBitsOf,
  withCatchupRound,
  withPart,
  withProposal,
  withVote,
  withVoteBits,
} from './peerRounds.ts'

const COUNT = 4

function stepped(
  known: PeerRounds,
  place: { height?: bigint; round?: number; step?: number; lastCommitRound?: number },
): PeerRounds {
  const { height = 5n, round = 0, step = RoundStep.propose, lastCommitRound = 0 } = place
  return applyNewRoundStep(known, {
    height,
    round,
    step,
    lastCommitRound,
    secondsSinceStartTime: 0n,
  })
}

const here = withVoteBits(stepped(UNKNOWN_ROUNDS, {}), 5n, COUNT)
const prevotes = { height: 5n, round: 0, type: 'prevote' } as const
const precommits = { height: 5n, round: 0, type: 'precommit' } as const
const header = (total: number) => ({ total, hash: new Uint8Array(32) })
const blockId = (total: number) => ({ hash: new Uint8Array(32), partSetHeader: header(total) })
const bitsOf = (size: number, ...set: readonly number[]) => bitsWhere(size, (i) => set.includes(i))

describe('What a peer says of where it is', () => {
  it('is ignored if it is not later', () => {
    const known = stepped(UNKNOWN_ROUNDS, { round: 2, step: RoundStep.prevote })
    for (const place of [
      { height: 4n, round: 9 },
      { round: 1, step: RoundStep.commit },
      { round: 2, step: RoundStep.propose },
      { round: 2, step: RoundStep.prevote },
    ]) {
      assert.equal(stepped(known, place), known)
    }
  })

  it('in a later step keeps what it has', () => {
    const known = withVote(here, prevotes, 1)
    const after = stepped(known, { step: RoundStep.prevote })
    assert.deepEqual(after, { ...known, step: RoundStep.prevote })
  })

  it('in a later round begins with nothing of it', () => {
    const proposal = testProposal({ height: 5n, round: 0, blockId: blockId(3) })
    const known = withVote(withProposal(here, proposal), prevotes, 1)
    const after = stepped(known, { round: 1 })
    assert.equal(after.hasProposal, false)
    assert.equal(after.parts, undefined)
    assert.equal(after.prevotes, undefined)
  })

  it('at the next height keeps its precommits, if they were of the commit', () => {
    const known = withVote(here, precommits, 2)
    const next = stepped(known, { height: 6n, lastCommitRound: 0 })
    assert.deepEqual(setBits(next.lastCommit ?? noBits(0)), [2])
    assert.equal(stepped(known, { height: 6n, lastCommitRound: 1 }).lastCommit, undefined)
    assert.equal(stepped(known, { height: 7n, lastCommitRound: 0 }).lastCommit, undefined)
  })

  it('in the round of the commit begins with what it has of it, and keeps that when it leaves', () => {
    const commit = { height: 5n, round: 1, type: 'precommit' } as const
    let known = withVote(withCatchupRound(here, commit, COUNT), commit, 3)
    known = stepped(known, { round: 1 })
    assert.deepEqual(setBits(voteBitsOf(known, commit) ?? noBits(0)), [3])
    known = stepped(withVote(known, commit, 0), { round: 2 })
    assert.deepEqual(setBits(voteBitsOf(known, commit) ?? noBits(0)), [0, 3])
  })
})

describe('What a peer says of its block', () => {
  const said = {
    height: 5n,
    round: 1,
    blockPartSetHeader: header(3),
    blockParts: bitsOf(3, 1),
    isCommit: false,
  }

  it('counts for its round, or for a commit in any', () => {
    assert.equal(applyNewValidBlock(here, said), here)
    assert.deepEqual(applyNewValidBlock(here, { ...said, isCommit: true }).parts, bitsOf(3, 1))
    assert.deepEqual(applyNewValidBlock(here, { ...said, round: 0 }).parts, bitsOf(3, 1))
    assert.equal(applyNewValidBlock(here, { ...said, isCommit: true, height: 6n }), here)
  })

  it('stays, whatever is proposed', () => {
    const known = applyNewValidBlock(here, { ...said, round: 0 })
    const proposal = testProposal({ height: 5n, round: 0, blockId: blockId(9) })
    const after = withProposal(known, proposal)
    assert.equal(after.hasProposal, true)
    assert.deepEqual(after.parts, bitsOf(3, 1))
  })

  it('is a proposal with as many parts as a block may have', () => {
    const of = (total: number) =>
      withProposal(here, testProposal({ height: 5n, round: 0, blockId: blockId(total) }))
    assert.equal(of(PARTS_MAX).parts?.size, PARTS_MAX)
    assert.equal(of(PARTS_MAX + 1), here)
    assert.equal(of(2 ** 32 - 1), here)
  })

  it('grows by parts of its round', () => {
    const known = withProposal(here, testProposal({ height: 5n, round: 0, blockId: blockId(3) }))
    const part = { height: 5n, round: 0, index: 2 }
    assert.deepEqual(withPart(known, part).parts, bitsOf(3, 2))
    assert.equal(withPart(known, { ...part, round: 1 }), known)
    assert.deepEqual(withPart(known, { ...part, index: 3 }).parts, noBits(3))
    assert.equal(withPart(here, part), here)
  })
})

describe('What a peer says of votes', () => {
  it('is noted for its height and rounds that matter', () => {
    const said = { ...prevotes, index: 1 }
    assert.deepEqual(applyHasVote(here, said).prevotes, bitsOf(COUNT, 1))
    assert.equal(applyHasVote(here, { ...said, height: 4n }), here)
    assert.equal(applyHasVote(here, { ...said, round: 7 }), here)
    assert.deepEqual(applyHasVote(here, { ...said, index: 99 }).prevotes, noBits(COUNT))
  })

  it('is noted if it is a late precommit of the commit before its height', () => {
    const known = withVoteBits(here, 4n, COUNT)
    const said = { height: 4n, round: 0, type: 'precommit', index: 1 } as const
    assert.deepEqual(applyHasVote(known, said).lastCommit, bitsOf(COUNT, 1))
    assert.equal(applyHasVote(known, { ...said, type: 'prevote' }), known)
    assert.equal(applyHasVote(known, { ...said, round: 1 }), known)
    assert.equal(applyHasVote(known, { ...said, height: 3n }), known)
  })

  it('tells nothing of votes for other blocks', () => {
    let known = here
    for (const index of [0, 1]) known = withVote(known, prevotes, index)
    // Of ours for the block it lacks 1 and has 2; its vote 0 is for another one.
    const said = { ...prevotes, blockId: blockId(1), votes: bitsOf(COUNT, 2) }
    const after = applyVoteSetBits(known, said, bitsOf(COUNT, 1, 2))
    assert.deepEqual(after.prevotes, bitsOf(COUNT, 0, 2))
    assert.deepEqual(applyVoteSetBits(known, said, undefined).prevotes, bitsOf(COUNT, 2))
  })

  it('has the size of the validators, whatever it says', () => {
    const said = { ...prevotes, blockId: undefined, votes: bitsOf(9_999, 1, 9_000) }
    assert.deepEqual(applyVoteSetBits(here, said, undefined).prevotes, bitsOf(COUNT, 1))
  })

  it('of an earlier polka is for the round that the proposal names', () => {
    const proposal = testProposal({ height: 5n, round: 2, blockId: blockId(1), polRound: 1 })
    const known = withProposal(stepped(UNKNOWN_ROUNDS, { round: 2 }), proposal)
    const said = { height: 5n, proposalPolRound: 1, proposalPol: bitsOf(COUNT, 3) }
    const after = applyProposalPol(known, said)
    const place = { height: 5n, round: 1, type: 'prevote' } as const
    assert.deepEqual(voteBitsOf(after, place), bitsOf(COUNT, 3))
    assert.equal(applyProposalPol(known, { ...said, proposalPolRound: 0 }), known)
  })

  it('is forgotten, but not where it is', () => {
    const known = forgetReceived(withVote(here, prevotes, 1))
    assert.deepEqual([known.height, known.round, known.step], [5n, 0, RoundStep.propose])
    assert.equal(countBits(withVoteBits(known, 5n, COUNT).prevotes ?? noBits(0)), 0)
  })
})
