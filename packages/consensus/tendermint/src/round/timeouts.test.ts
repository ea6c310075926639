import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RoundStep } from './roundStep.ts'
import { otherEncoding, testBlock } from './testing/testChain.ts'
import { TestRounds } from './testing/testRounds.ts'
import {
  DEFAULT_ROUND_CONFIG,
  precommitMs,
  prevoteMs,
  proposeMs,
  replacesTimeout,
  type Timeout,
} from './timeouts.ts'

const timeout = (height: bigint, round: number, step: RoundStep): Timeout => {
  return { durationMs: 1, height, round, step }
}

describe('Timeouts', () => {
  it('grow by half a second a round', () => {
    const config = DEFAULT_ROUND_CONFIG
    assert.deepEqual(
      [0, 1, 4].map((round) => proposeMs(config, round)),
      [3_000, 3_500, 5_000],
    )
    assert.deepEqual(
      [0, 1, 4].map((round) => prevoteMs(config, round)),
      [1_000, 1_500, 3_000],
    )
    assert.deepEqual(
      [0, 1, 4].map((round) => precommitMs(config, round)),
      [1_000, 1_500, 3_000],
    )
  })

  it('replace earlier ones only', () => {
    const last = timeout(5n, 2, RoundStep.prevoteWait)
    assert.equal(replacesTimeout(undefined, last), true)
    assert.equal(replacesTimeout(last, timeout(6n, 0, RoundStep.newHeight)), true)
    assert.equal(replacesTimeout(last, timeout(5n, 3, RoundStep.propose)), true)
    assert.equal(replacesTimeout(last, timeout(5n, 2, RoundStep.precommitWait)), true)
    assert.equal(replacesTimeout(last, last), false)
    assert.equal(replacesTimeout(last, timeout(5n, 2, RoundStep.propose)), false)
    assert.equal(replacesTimeout(last, timeout(5n, 1, RoundStep.precommitWait)), false)
    assert.equal(replacesTimeout(last, timeout(4n, 9, RoundStep.precommitWait)), false)
  })
})

describe('A network that makes no empty blocks', () => {
  const config = { createEmptyBlocks: false }
  const later = { height: 2n, config, own: undefined }

  it('proves the first state at once', () => {
    assert.equal(new TestRounds({ config }).begin().node.state.step, RoundStep.prevote)
  })

  it('waits for transactions, before and in the first round', () => {
    const { node } = new TestRounds(later).begin()
    assert.equal(node.state.step, RoundStep.newRound)
    assert.equal(node.isTimerSet, false)
    node.give({ kind: 'transactions-available', height: 1n })
    assert.equal(node.state.step, RoundStep.newRound)
    node.give({ kind: 'transactions-available', height: 2n })
    assert.equal(node.state.step, RoundStep.propose)

    const early = new TestRounds(later)
    early.node.give({ kind: 'transactions-available', height: 2n })
    assert.equal(early.node.state.step, RoundStep.newHeight)
    assert.equal(early.begin().node.state.step, RoundStep.propose)
  })

  it('proves a changed state at once', () => {
    const rounds = new TestRounds(later)
    const { state } = rounds.node
    const chain = { ...state.chain, appHash: new Uint8Array(32).fill(1) }
    rounds.node.state = { ...state, chain }
    assert.equal(rounds.begin().node.state.step, RoundStep.propose)
    rounds.node.state = { ...state, chain: { ...state.chain, lastHeaderAppHash: undefined } }
    rounds.node.give({ kind: 'timeout', timeout: timeout(2n, 0, RoundStep.newHeight) })
    assert.equal(rounds.node.state.step, RoundStep.propose)
  })

  it('makes one after the interval, if there is one', () => {
    const interval = { createEmptyBlocks: true, createEmptyBlocksIntervalMs: 7_000 }
    const { node } = new TestRounds({ ...later, config: interval }).begin()
    assert.deepEqual(node.timeout, {
      durationMs: 7_000,
      height: 2n,
      round: 0,
      step: RoundStep.newRound,
    })
    node.elapse()
    assert.equal(node.state.step, RoundStep.propose)
  })

  it('does not wait in later rounds', () => {
    const rounds = new TestRounds(later).begin()
    rounds.vote('precommit', undefined, { by: [0, 1, 2] }).elapse()
    assert.equal(rounds.node.state.round, 1)
    assert.equal(rounds.node.state.step, RoundStep.propose)
  })
})

describe('A verdict', () => {
  it('that is late is waited for by both votes, in their order', () => {
    const rounds = new TestRounds({ own: 1, answers: { check: () => undefined } }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('prevote', block.blockId, { by: [0, 2, 3] })
    assert.equal(rounds.node.sent.length, 0)
    assert.equal(rounds.node.wanted('check-block').length, 1)
    assert.equal(rounds.node.state.locked, undefined)
    const { blockId } = block
    rounds.node.give({ kind: 'block-checked', height: 1n, blockId, verdict: 'valid' })
    const votes = rounds.node.wanted('sign-vote').map(({ vote }) => vote.type)
    assert.deepEqual(votes, ['prevote', 'precommit'])
    assert.equal(rounds.node.votes('precommit').length, 1)
    rounds.node.give({ kind: 'block-checked', height: 1n, blockId, verdict: 'valid' })
    assert.equal(rounds.node.wanted('sign-vote').length, 2)
  })

  it('is waited for even by a precommit for nil: it may not be signed before the prevote', () => {
    const rounds = new TestRounds({ own: 1, answers: { check: () => undefined } }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('prevote', undefined, { by: [0, 2, 3] })
    assert.equal(rounds.node.state.step, RoundStep.precommit)
    assert.equal(rounds.node.wanted('sign-vote').length, 0)
    const { blockId } = block
    rounds.node.give({ kind: 'block-checked', height: 1n, blockId, verdict: 'valid' })
    const votes = rounds.node.wanted('sign-vote').map(({ vote }) => [vote.type, vote.blockId])
    assert.deepEqual(votes, [
      ['prevote', block.blockId],
      ['precommit', undefined],
    ])
  })

  it('is asked for as soon as a block is valid', () => {
    const rounds = new TestRounds({ own: 1 }).begin()
    const block = testBlock(1n, 'block')
    // Our prevote was nil, two thirds were not; the block comes while precommits are waited for.
    rounds.elapse().vote('precommit', undefined, { by: [0, 2, 3] })
    rounds.vote('prevote', block.blockId, { by: [0, 2, 3] }).parts(block)
    assert.deepEqual(
      rounds.node.wanted('check-block').map(({ stage }) => stage),
      ['precommit'],
    )
    assert.equal(rounds.node.state.valid?.candidate.verdict, 'valid')
  })

  it('that comes after the round is of no use for its votes', () => {
    const rounds = new TestRounds({ own: 1, answers: { check: () => undefined } }).begin()
    const block = testBlock(1n, 'block')
    rounds
      .offer(block)
      .vote('precommit', undefined, { by: [0, 2, 3] })
      .elapse()
    assert.equal(rounds.node.state.round, 1)
    const { blockId } = block
    rounds.node.give({ kind: 'block-checked', height: 1n, blockId, verdict: 'valid' })
    assert.equal(rounds.node.votes('prevote').length, 0)
  })

  it('is of one encoding of a block: of another one it says nothing', () => {
    for (const verdict of ['valid', 'invalid', 'rejected'] as const) {
      const rounds = new TestRounds({ own: 1, answers: { check: () => undefined } }).begin()
      const block = testBlock(1n, 'block')
      const other = otherEncoding(block)
      assert.deepEqual(other.blockId.hash, block.blockId.hash)
      rounds
        .offer(block)
        .vote('prevote', other.blockId, { by: [0, 2, 3] })
        .parts(other)
      const { node } = rounds
      assert.equal(node.state.proposalBlock?.blockId, node.state.valid?.candidate.blockId)
      node.give({ kind: 'block-checked', height: 1n, blockId: block.blockId, verdict })
      assert.equal(node.wanted('sign-vote').length, 0)
      const asked = node.wanted('check-block').map(({ candidate }) => candidate.blockId)
      assert.deepEqual(asked, [block.blockId, other.blockId])
      node.give({ kind: 'block-checked', height: 1n, blockId: other.blockId, verdict: 'valid' })
      const votes = node.wanted('sign-vote').map(({ vote }) => [vote.type, vote.blockId])
      assert.deepEqual(votes, [
        ['prevote', other.blockId],
        ['precommit', other.blockId],
      ])
    }
  })

  it('that is not there does not hold up a decision', () => {
    const rounds = new TestRounds({ own: 1, answers: { check: () => undefined } }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('precommit', block.blockId, { by: [0, 2, 3] })
    assert.equal(rounds.node.decided[0]?.verdict, undefined)
    assert.equal(rounds.node.decided.length, 1)
  })
})

describe('A signer that refuses', () => {
  it('costs the vote, not the round', () => {
    const rounds = new TestRounds({ own: 1, answers: { signs: () => false } }).begin()
    const block = testBlock(1n, 'block')
    rounds.offer(block).vote('prevote', block.blockId, { by: [0, 2, 3] })
    rounds.vote('precommit', block.blockId, { by: [0, 2, 3] })
    assert.equal(rounds.node.decided.length, 1)
    assert.equal(rounds.node.traces('failed').length, 2)
  })

  it('costs the proposal, which others wait for', () => {
    const rounds = new TestRounds({ answers: { signs: (what) => 'type' in what } }).begin()
    assert.equal(rounds.node.state.step, RoundStep.propose)
    rounds.elapse()
    assert.deepEqual(rounds.lastVote('prevote'), { round: 0, blockId: undefined })
  })
})
