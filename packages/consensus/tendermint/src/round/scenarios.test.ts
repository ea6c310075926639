/** Heights as CometBFT's consensus/state_test.go imagines them, told again. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BlockId } from '../types/blockId.ts'
import { RoundStep } from './roundStep.ts'
import { otherEncoding, testBlock, testFacts, testVote } from './testing/testChain.ts'
import { TestRounds } from './testing/testRounds.ts'

const OTHERS = [1, 2, 3]

/** Our last vote is of this round and for this block. */
function assertVote(
  rounds: TestRounds,
  type: 'prevote' | 'precommit',
  round: number,
  blockId: BlockId | undefined,
): void {
  assert.deepEqual(rounds.lastVote(type), { round, blockId })
}

function assertLocked(rounds: TestRounds, round: number, blockId: BlockId): void {
  const { locked } = rounds.node.state
  assert.equal(locked?.round, round)
  assert.deepEqual(locked.candidate.blockId, blockId)
}

/** Nobody else precommits a block: the round is over when the wait is. */
function loseRound(rounds: TestRounds): void {
  rounds.vote('precommit', undefined, { by: OTHERS }).elapse()
}

/** We propose in round 0, all prevote it, and only we precommit. */
function lockedOnOurs(): TestRounds {
  const rounds = new TestRounds().begin()
  rounds.vote('prevote', rounds.ours.blockId, { by: OTHERS })
  assertLocked(rounds, 0, rounds.ours.blockId)
  loseRound(rounds)
  assert.equal(rounds.node.state.round, 1)
  return rounds
}

describe('A full round', () => {
  it('is alone with one validator', () => {
    const rounds = new TestRounds({ powers: [10n] }).begin()
    const { node, ours } = rounds
    assertVote(rounds, 'prevote', 0, ours.blockId)
    assertVote(rounds, 'precommit', 0, ours.blockId)
    assert.deepEqual(
      node.decided.map(({ blockId }) => blockId),
      [ours.blockId],
    )
    assert.equal(node.state.height, 2n)
    assert.equal(node.state.step, RoundStep.newHeight)
  })

  it('without a block ends with nil, and another begins', () => {
    const rounds = new TestRounds({ powers: [10n], answers: { make: () => undefined } }).begin()
    assert.equal(rounds.node.state.step, RoundStep.propose)
    rounds.elapse()
    assertVote(rounds, 'prevote', 0, undefined)
    assertVote(rounds, 'precommit', 0, undefined)
    rounds.elapse()
    assert.equal(rounds.node.state.round, 1)
  })

  it('with two needs both, and locks', () => {
    const rounds = new TestRounds({ powers: [1n, 1n] }).begin()
    const { blockId } = rounds.ours
    assertVote(rounds, 'prevote', 0, blockId)
    assert.equal(rounds.node.votes('precommit').length, 0)
    rounds.vote('prevote', blockId, { by: [1] })
    assertVote(rounds, 'precommit', 0, blockId)
    assertLocked(rounds, 0, blockId)
    rounds.vote('precommit', blockId, { by: [1] })
    assert.equal(rounds.node.state.height, 2n)
  })
})

describe('A proposer', () => {
  it('comes after the other, by turns and by power', () => {
    const proposers = (powers: readonly bigint[], rounds: number) => {
      const table = new TestRounds({ powers, own: undefined }).begin()
      return Array.from({ length: rounds }, () => {
        const { proposer } = table.node.state.validators
        table.vote('precommit', undefined, { by: powers.map((_, i) => i) }).elapse()
        return table.validators.validators.findIndex(({ address }) => address === proposer?.address)
      })
    }
    assert.deepEqual(proposers([1n, 1n, 1n, 1n], 6), [0, 1, 2, 3, 0, 1])
    assert.deepEqual(proposers([3n, 1n, 1n], 5), [0, 1, 0, 2, 0])
  })

  it('without a key proposes nothing, and waits for the proposal', () => {
    const rounds = new TestRounds({ own: undefined }).begin()
    assert.equal(rounds.node.wanted('make-block').length, 0)
    assert.equal(rounds.node.state.step, RoundStep.propose)
    rounds.elapse()
    assert.equal(rounds.node.state.step, RoundStep.prevote)
    assert.equal(rounds.node.sent.length, 0)
  })

  it('proposes the last block with a polka again, and names its round', () => {
    // Ours is prevoted by all in round 0; in round 4 it is our turn again.
    const rounds = lockedOnOurs()
    while (rounds.node.state.round < 4) {
      rounds.elapse().elapse()
      loseRound(rounds)
    }
    const proposals = rounds.node.wanted('sign-proposal').map(({ proposal }) => proposal)
    assert.deepEqual(
      proposals.map(({ round, polRound, blockId }) => ({ round, polRound, blockId })),
      [
        { round: 0, polRound: -1, blockId: rounds.ours.blockId },
        { round: 4, polRound: 0, blockId: rounds.ours.blockId },
      ],
    )
    assert.equal(rounds.node.wanted('make-block').length, 1)
  })

  it('gets no vote for what the chain forbids, or the application', () => {
    for (const verdict of ['invalid', 'rejected'] as const) {
      const rounds = new TestRounds({ own: 1, answers: { check: () => verdict } }).begin()
      rounds.offer(testBlock(1n, 'bad'))
      assertVote(rounds, 'prevote', 0, undefined)
      rounds.vote('prevote', undefined, { by: [0, 2] })
      assertVote(rounds, 'precommit', 0, undefined)
    }
  })

  it('is outvoted by more than two thirds, even if our application rejects the block', () => {
    const rounds = new TestRounds({ own: 1, answers: { check: () => 'rejected' } }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('prevote', block.blockId, { by: [0, 2, 3] })
    assertVote(rounds, 'prevote', 0, undefined)
    assertVote(rounds, 'precommit', 0, block.blockId)
  })

  it('may not propose too many parts, nor a block that is too long', () => {
    const long = testBlock(1n, 'long', { bytes: 200_000 })
    const table = (blockBytesMax: bigint) => {
      const rounds = new TestRounds({ own: 1 })
      const { state } = rounds.node
      rounds.node.state = { ...state, chain: { ...state.chain, blockBytesMax } }
      return rounds.begin().offer(long)
    }
    assert.equal(table(65_536n * 3n).node.state.proposal, undefined)
    const tooLong = table(200_000n).node
    assert.notEqual(tooLong.state.proposal, undefined)
    assert.deepEqual(
      tooLong.traces('bad-block').map(({ why }) => why),
      ['too-long'],
    )
    assert.notEqual(table(201_000n).node.state.proposalBlock, undefined)
    assert.notEqual(table(-1n).node.state.proposalBlock, undefined)
  })
})

describe('A lock', () => {
  it('is kept through rounds without a polka', () => {
    const rounds = new TestRounds({ powers: [1n, 1n] }).begin()
    const { ours } = rounds
    const other = testBlock(1n, 'other')
    rounds.vote('prevote', ours.blockId, { by: [1] })
    rounds.vote('precommit', other.blockId, { by: [1] }).elapse()
    for (const round of [1, 2, 3]) {
      assert.equal(rounds.node.state.round, round)
      // Validator 1 proposes in odd rounds; in even ones we propose what we are locked on.
      if (round % 2 === 1) rounds.offer(other)
      assertVote(rounds, 'prevote', round, ours.blockId)
      rounds.vote('prevote', other.blockId, { by: [1] }).elapse()
      assertVote(rounds, 'precommit', round, undefined)
      assertLocked(rounds, 0, ours.blockId)
      rounds.vote('precommit', other.blockId, { by: [1] }).elapse()
    }
  })

  it('moves to another block with a later polka', () => {
    const rounds = lockedOnOurs()
    const other = testBlock(1n, 'other')
    rounds.offer(other)
    assertVote(rounds, 'prevote', 1, rounds.ours.blockId)
    rounds.vote('prevote', other.blockId, { by: OTHERS })
    assertVote(rounds, 'precommit', 1, other.blockId)
    assertLocked(rounds, 1, other.blockId)
    rounds.vote('precommit', other.blockId, { by: [1, 2] })
    assert.deepEqual(rounds.node.decided[0]?.blockId, other.blockId)
  })

  it('is renewed by a later polka for the same block', () => {
    const rounds = lockedOnOurs()
    rounds.elapse().vote('prevote', rounds.ours.blockId, { by: OTHERS })
    // The proposal did not come: the polka alone does not end the wait for prevotes.
    assert.equal(rounds.node.state.step, RoundStep.prevoteWait)
    rounds.elapse()
    assertVote(rounds, 'precommit', 1, rounds.ours.blockId)
    assertLocked(rounds, 1, rounds.ours.blockId)
  })

  it('is opened by a polka for nil', () => {
    const rounds = lockedOnOurs()
    rounds.elapse()
    assertVote(rounds, 'prevote', 1, rounds.ours.blockId)
    rounds.vote('prevote', undefined, { by: OTHERS })
    assertVote(rounds, 'precommit', 1, undefined)
    assert.equal(rounds.node.state.locked, undefined)
    // What was valid stays so: it is proposed again.
    assert.equal(rounds.node.state.valid?.round, 0)
  })

  it('is opened by a polka for a block that we do not have, which is then fetched', () => {
    const rounds = lockedOnOurs()
    const other = testBlock(1n, 'other')
    rounds.elapse().vote('prevote', other.blockId, { by: OTHERS })
    rounds.elapse()
    assertVote(rounds, 'precommit', 1, undefined)
    assert.equal(rounds.node.state.locked, undefined)
    assert.deepEqual(rounds.node.state.proposalParts?.header, other.blockId.partSetHeader)
    // It comes, and in the next round a polka for it locks.
    rounds.parts(other)
    assert.deepEqual(rounds.node.state.valid?.candidate.blockId, other.blockId)
    loseRound(rounds)
    rounds.offer(other).vote('prevote', other.blockId, { by: OTHERS })
    assertLocked(rounds, 2, other.blockId)
  })

  it('is not opened by a polka of an earlier round that comes late', () => {
    const rounds = new TestRounds({ own: 2 }).begin()
    const first = testBlock(1n, 'first')
    const second = testBlock(1n, 'second')
    // Round 0: two thirds prevote the first block, but we do not hear of it.
    rounds.offer(first).vote('prevote', undefined, { by: [0] })
    rounds.vote('prevote', first.blockId, { by: [1] }).elapse()
    assertVote(rounds, 'precommit', 0, undefined)
    rounds.vote('precommit', undefined, { by: [0, 1, 3] }).elapse()
    // Round 1: the second block gets a polka, and our lock.
    rounds.offer(second).vote('prevote', second.blockId, { by: [0, 1, 3] })
    assertLocked(rounds, 1, second.blockId)
    rounds.vote('precommit', undefined, { by: [0, 1, 3] }).elapse()
    // Round 2: now the old prevotes come.
    rounds.vote('prevote', first.blockId, { by: [3], round: 0 })
    assertLocked(rounds, 1, second.blockId)
    assertVote(rounds, 'prevote', 2, second.blockId)
  })

  it('is not opened by a proposal with a polka before it', () => {
    const rounds = new TestRounds({ own: 3 }).begin()
    const first = testBlock(1n, 'first')
    const second = testBlock(1n, 'second')
    rounds
      .elapse()
      .vote('precommit', undefined, { by: [0, 1, 2] })
      .elapse()
    rounds.offer(second).vote('prevote', second.blockId, { by: [0, 1, 2] })
    assertLocked(rounds, 1, second.blockId)
    rounds.vote('precommit', undefined, { by: [0, 1, 2] }).elapse()
    // A polka of round 0 for the first block, and a proposal that refers to it.
    rounds.vote('prevote', first.blockId, { by: [0, 1, 2], round: 0 })
    rounds.offer(first, { polRound: 0 })
    assertVote(rounds, 'prevote', 2, second.blockId)
    assertLocked(rounds, 1, second.blockId)
  })

  it('is opened by a polka between it and our round that comes late', () => {
    const rounds = lockedOnOurs()
    rounds.elapse()
    loseRound(rounds)
    assert.equal(rounds.node.state.round, 2)
    rounds.vote('prevote', undefined, { by: OTHERS, round: 1 })
    assert.equal(rounds.node.state.locked, undefined)
    assert.deepEqual(
      rounds.node.traces('unlocked').map(({ why }) => why),
      ['later-polka'],
    )
  })
})

describe('A valid block', () => {
  it('becomes so by a prevote that comes late', () => {
    const rounds = new TestRounds({ own: 1 }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('prevote', block.blockId, { by: [2] })
    rounds.vote('prevote', undefined, { by: [3] }).elapse()
    assertVote(rounds, 'precommit', 0, undefined)
    assert.equal(rounds.node.traces('valid-block').length, 0)
    rounds.vote('prevote', block.blockId, { by: [0] })
    assert.equal(rounds.node.state.valid?.round, 0)
    assert.equal(rounds.node.state.locked, undefined)
    assert.equal(rounds.node.wanted('tell-valid-block').length, 1)
  })

  it('becomes so by a block that comes late', () => {
    const rounds = new TestRounds({ own: 1 }).begin()
    const block = testBlock(1n, 'block')
    rounds.elapse().vote('prevote', block.blockId, { by: [0, 2, 3] })
    assert.deepEqual(rounds.node.wanted('tell-valid-block')[0]?.partSetHeader.total, 1)
    rounds.elapse()
    assertVote(rounds, 'precommit', 0, undefined)
    rounds.offer(block)
    assert.equal(rounds.node.state.valid?.round, 0)
    assert.deepEqual(rounds.node.state.valid.candidate.blockId, block.blockId)
  })

  it('waits for the prevotes that the proposal refers to', () => {
    const rounds = new TestRounds({ own: 2 }).begin()
    const block = testBlock(1n, 'block')
    rounds
      .elapse()
      .vote('precommit', undefined, { by: [0, 1, 3] })
      .elapse()
    rounds.offer(block, { polRound: 0 })
    assert.equal(rounds.node.state.step, RoundStep.propose)
    rounds.vote('prevote', block.blockId, { by: [0, 1, 3], round: 0 })
    assertVote(rounds, 'prevote', 1, block.blockId)
  })
})

describe('Waiting', () => {
  it('for precommits follows two thirds of them for nil', () => {
    const rounds = new TestRounds().begin()
    rounds.vote('precommit', undefined, { by: OTHERS })
    assert.equal(rounds.node.timeout?.step, RoundStep.precommitWait)
    assert.equal(rounds.node.timeout.durationMs, 1_000)
    rounds.elapse()
    assert.equal(rounds.node.state.round, 1)
    assert.equal(rounds.node.timeout.durationMs, 3_500)
  })

  it('for a proposal of a later round begins when that is entered', () => {
    const rounds = new TestRounds({ own: 3 }).begin()
    rounds.vote('prevote', undefined, { by: [0, 1, 2], round: 1 })
    const { state, timeout } = rounds.node
    assert.deepEqual([state.round, state.step], [1, RoundStep.propose])
    assert.deepEqual([timeout?.round, timeout?.step], [1, RoundStep.propose])
    rounds.elapse()
    assertVote(rounds, 'prevote', 1, undefined)
  })

  it('for precommits comes with the skip to a round in which two thirds precommitted nil', () => {
    const rounds = new TestRounds({ own: 3 }).begin()
    rounds.vote('precommit', undefined, { by: [0, 1, 2], round: 1 })
    assert.equal(rounds.node.state.round, 1)
    assertVote(rounds, 'precommit', 1, undefined)
    rounds.elapse()
    assert.equal(rounds.node.state.round, 2)
  })

  it('happens once a round for precommits', () => {
    const rounds = new TestRounds({ own: 3 }).begin()
    rounds.vote('precommit', undefined, { by: [0, 1] })
    rounds.vote('precommit', testBlock(1n, 'block').blockId, { by: [2] })
    rounds.elapse()
    const waits = rounds.node.wanted('schedule').map(({ timeout }) => timeout)
    const before = waits.filter(({ step }) => step === RoundStep.precommitWait)
    assert.equal(before.length, 1)
  })

  it('is longer in later rounds', () => {
    const rounds = new TestRounds({ own: 3 }).begin()
    rounds.vote('prevote', undefined, { by: [0], round: 1 })
    rounds.vote('prevote', testBlock(1n, 'a').blockId, { by: [1], round: 1 })
    rounds.vote('prevote', testBlock(1n, 'b').blockId, { by: [2], round: 1 }).elapse()
    assert.equal(rounds.node.timeout?.step, RoundStep.prevoteWait)
    assert.equal(rounds.node.timeout.durationMs, 1_500)
  })

  it('that is over does nothing', () => {
    const rounds = new TestRounds().begin()
    const before = rounds.node.state
    const timeout = { height: 1n, round: 0, step: RoundStep.newRound }
    rounds.node.give({ kind: 'timeout', timeout })
    rounds.node.give({ kind: 'timeout', timeout: { ...timeout, height: 2n } })
    assert.deepEqual(rounds.node.state, before)
  })
})

describe('A commit', () => {
  it('of a block that we do not have waits for its parts', () => {
    const rounds = new TestRounds({ own: 1 }).begin()
    const block = testBlock(1n, 'block')
    rounds.vote('precommit', block.blockId, { by: [0, 2, 3] })
    assert.equal(rounds.node.state.step, RoundStep.commit)
    const told = rounds.node.wanted('tell-valid-block')
    assert.deepEqual(told[0]?.partSetHeader, block.blockId.partSetHeader)
    assert.equal(told[0].isCommit, true)
    assert.equal(rounds.node.decided.length, 0)
    rounds.parts(block)
    assert.equal(rounds.node.decided.length, 1)
    assert.equal(rounds.node.decided[0]?.verdict, undefined)
  })

  it('comes from an earlier round, too', () => {
    const rounds = new TestRounds({ own: 1 }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('precommit', block.blockId, { by: [0, 2] })
    rounds.vote('precommit', undefined, { by: [1] })
    rounds.elapse()
    rounds.vote('precommit', undefined, { by: [0, 2, 3], round: 1 })
    assert.equal(rounds.node.state.round, 1)
    rounds.vote('precommit', block.blockId, { by: [3], round: 0 }).parts(block)
    assert.equal(rounds.node.decided[0]?.commit.round, 0)
    assert.equal(rounds.node.state.lastCommit?.round, 0)
  })

  it('of the block that we are locked on needs no parts', () => {
    const rounds = lockedOnOurs()
    rounds.vote('precommit', rounds.ours.blockId, { by: OTHERS, round: 2 })
    assert.equal(rounds.node.decided.length, 1)
  })

  it('of a block in another encoding waits for those parts', () => {
    const rounds = new TestRounds({ own: 1 }).begin()
    const block = testBlock(1n, 'block')
    const other = otherEncoding(block)
    assert.deepEqual(other.blockId.hash, block.blockId.hash)
    rounds.offer(block).vote('prevote', other.blockId, { by: [0, 2, 3] })
    rounds.vote('precommit', other.blockId, { by: [0, 2, 3] })
    assert.equal(rounds.node.decided.length, 0)
    rounds.parts(other)
    assert.deepEqual(rounds.node.decided[0]?.blockId, other.blockId)
    assert.deepEqual(rounds.node.decided[0]?.parts, other.parts)
  })

  it('is made once, even if the block is applied later', () => {
    const rounds = new TestRounds({ own: 1, answers: { next: () => undefined } }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('precommit', block.blockId, { by: [0, 2, 3] })
    rounds.parts(block).vote('precommit', block.blockId, { by: [1] })
    assert.equal(rounds.node.decided.length, 1)
    rounds.node.give({ kind: 'new-height', chain: testFacts(rounds.validators, 2n) })
    assert.equal(rounds.node.state.height, 2n)
  })

  it('counts who voted for another block as absent, and nil as nil', () => {
    const rounds = new TestRounds({ powers: [5n, 5n, 1n, 1n, 1n], own: undefined }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('precommit', undefined, { by: [2] })
    rounds.vote('precommit', testBlock(1n, 'other').blockId, { by: [3] })
    rounds.vote('precommit', block.blockId, { by: [0, 1] })
    assert.deepEqual(
      rounds.node.decided[0]?.commit.signatures.map(({ flag }) => flag),
      ['commit', 'commit', 'nil', 'absent', 'absent'],
    )
  })
})

describe('The next height', () => {
  const decided = (config = {}) => {
    const rounds = new TestRounds({ own: 1, config }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('precommit', block.blockId, { by: [0, 2] })
    rounds.vote('prevote', block.blockId, { by: [0, 2] })
    assert.equal(rounds.node.state.height, 2n)
    return { rounds, block }
  }

  it('begins after the wait, and takes late precommits until then', () => {
    const { rounds, block } = decided()
    assert.equal(rounds.node.timeout?.durationMs, 1_000)
    rounds.vote('precommit', block.blockId, { by: [3], round: 0 })
    assert.equal(rounds.node.state.lastCommit?.sum, 4n)
    rounds.elapse()
    assert.equal(rounds.node.state.step, RoundStep.propose)
    const made = new TestRounds({ own: 0, height: 2n }).begin().node.wanted('make-block')[0]
    assert.equal(made?.lastCommit?.signatures.length, 4)
  })

  it('takes no precommits that are too late', () => {
    const { rounds, block } = decided()
    rounds.elapse().vote('precommit', block.blockId, { by: [3], round: 0 })
    assert.equal(rounds.node.state.lastCommit?.sum, 3n)
  })

  it('waits for precommits anew', () => {
    const { rounds } = decided()
    assert.equal(rounds.node.state.isPrecommitTimeoutSet, false)
    rounds.elapse()
    for (const by of [0, 2, 3]) {
      const content = { type: 'precommit', height: 2n, round: 0, blockId: undefined } as const
      const vote = testVote(rounds.validators, by, content)
      rounds.node.give({ kind: 'vote', vote, sender: 'peer' })
    }
    assert.equal(rounds.node.timeout?.step, RoundStep.precommitWait)
  })

  it('begins at once with all precommits, if the network wants it so', () => {
    const { rounds, block } = decided({ skipTimeoutCommit: true })
    assert.equal(rounds.node.state.step, RoundStep.newHeight)
    rounds.vote('precommit', block.blockId, { by: [3], round: 0 })
    assert.equal(rounds.node.state.step, RoundStep.propose)
  })

  it('begins at once if all precommits were there before the block', () => {
    const rounds = new TestRounds({ own: undefined, config: { skipTimeoutCommit: true } }).begin()
    const block = testBlock(1n, 'block')
    rounds.vote('precommit', block.blockId, { by: [0, 1, 2, 3] }).offer(block)
    assert.equal(rounds.node.state.height, 2n)
    assert.equal(rounds.node.state.step, RoundStep.propose)
  })

  it('is voted on from a height on, if what was signed may be forgotten', () => {
    const rounds = new TestRounds({ own: 1, signsFromHeight: 2n }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('precommit', block.blockId, { by: [0, 2, 3] })
    assert.equal(rounds.node.sent.length, 0)
    assert.equal(rounds.node.state.height, 2n)
    rounds.elapse().elapse()
    assert.equal(rounds.node.votes('prevote').length, 1)
  })
})

describe('Equivocation', () => {
  for (const type of ['prevote', 'precommit'] as const) {
    it(`by a second ${type} is reported, and does not count`, () => {
      const rounds = new TestRounds({ own: 1 }).begin()
      const [a, b] = [testBlock(1n, 'a').blockId, testBlock(1n, 'b').blockId]
      rounds.vote(type, a, { by: [0] }).vote(type, b, { by: [0, 2, 3] })
      const reports = rounds.node.wanted('report-equivocation')
      assert.deepEqual(
        reports.map(({ voteA, voteB }) => [voteA.blockId, voteB.blockId]),
        [[a, b]],
      )
      assert.equal(rounds.node.state.step, RoundStep.propose)
    })
  }

  it('of a late precommit is reported', () => {
    const rounds = new TestRounds({ own: 1, height: 2n })
    const content = { type: 'precommit', height: 1n, round: 0, blockId: undefined } as const
    const vote = testVote(rounds.validators, 3, content)
    rounds.node.give({ kind: 'vote', vote, sender: 'peer' })
    assert.equal(rounds.node.wanted('report-equivocation').length, 1)
  })

  it('of our own is not reported', () => {
    const rounds = new TestRounds({ own: 0 }).begin()
    rounds.vote('prevote', undefined, { by: [0] })
    assert.equal(rounds.node.wanted('report-equivocation').length, 0)
    assert.equal(rounds.node.traces('own-equivocation').length, 1)
  })

  it('counts for what a peer claims more than two thirds voted for', () => {
    const rounds = new TestRounds({ own: 1 }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('precommit', undefined, { by: [0] })
    const claim = { height: 1n, round: 0, type: 'precommit', peer: 'peer' } as const
    rounds.node.give({ kind: 'majority-claim', ...claim, blockId: block.blockId })
    rounds.vote('precommit', block.blockId, { by: [0, 2, 3] })
    assert.equal(rounds.node.decided.length, 1)
    assert.equal(rounds.node.wanted('report-equivocation').length, 1)
  })

  it('by claiming two majorities is an offence', () => {
    const rounds = new TestRounds({ own: 1 }).begin()
    const claim = {
      kind: 'majority-claim',
      height: 1n,
      round: 0,
      type: 'prevote',
      peer: 'p',
    } as const
    rounds.node.give({ ...claim, blockId: undefined })
    rounds.node.give({ ...claim, blockId: undefined })
    assert.equal(rounds.node.wanted('offence').length, 0)
    rounds.node.give({ ...claim, blockId: testBlock(1n, 'a').blockId })
    assert.deepEqual(
      rounds.node.wanted('offence').map(({ peer }) => peer),
      ['p'],
    )
    rounds.node.give({ kind: 'peer-gone', peer: 'p' })
    rounds.node.give({ ...claim, blockId: testBlock(1n, 'a').blockId })
    assert.equal(rounds.node.wanted('offence').length, 1)
  })
})

describe('Bad input from a validator: votes of rounds to come', () => {
  /** Peers come one after the other, say two votes of one validator, and go. */
  function flood(rounds: TestRounds, by: number, firstRound: number): void {
    for (let i = 0; i < 500; i++) {
      const peer = `stranger ${i}`
      for (const round of [firstRound + 2 * i, firstRound + 2 * i + 1]) {
        const content = { type: 'prevote', height: 1n, round, blockId: undefined } as const
        const vote = testVote(rounds.validators, by, content)
        rounds.node.give({ kind: 'vote', vote, sender: peer })
      }
      rounds.node.give({ kind: 'peer-gone', peer })
    }
  }

  for (const firstRound of [2, 1_000, 2 ** 31 - 1_000]) {
    it(`one of any power cannot shut the door of later rounds, from ${firstRound} on`, () => {
      const block = testBlock(1n, 'block')
      const flooded = () => {
        const rounds = new TestRounds({ own: undefined, powers: [100n, 100n, 100n, 1n] }).begin()
        flood(rounds, 3, firstRound)
        return rounds
      }
      const rounds = flooded()
      // A log that is stepped through again leads where it led.
      const places = ({ node }: TestRounds) => node.state.votes.rounds.map(({ round }) => round)
      assert.deepEqual(places(flooded()), places(rounds))
      rounds.vote('precommit', block.blockId, { by: [0, 1, 2], round: 5 }).parts(block)
      assert.deepEqual(
        rounds.node.decided.map(({ commit }) => commit.round),
        [5],
      )
    })
  }
})
