import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  addHeightVote,
  claimHeightMajority,
  emptyHeightVotes,
  type HeightVotes,
} from '@wadi/tendermint/round/heightVotes'
import { RoundStep } from '@wadi/tendermint/round/roundStep'
import { voteSetOfCommit } from '@wadi/tendermint/round/voteSet'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { Vote } from '@wadi/tendermint/types/vote'
import fc from 'fast-check'
import { type FilteredRounds, VoteFilter, type WantsConflict } from './voteFilter.ts'

const validator = (index: number): ValidatorSet['validators'][number] => ({
  address: new Uint8Array(20).fill(index),
  publicKey: new Uint8Array(32).fill(index),
  votingPower: 1n,
  proposerPriority: 0n,
})
const VALIDATORS = [0, 1, 2, 3].map(validator)
const SET = { validators: VALIDATORS, proposer: VALIDATORS[0], totalVotingPower: 4n }
const HEIGHT = 5n

function blockOf(number: number): BlockId {
  const hash = new Uint8Array(32).fill(number)
  return { hash, partSetHeader: { total: 1, hash } }
}

const vote = (more: Partial<Vote> = {}): Vote => {
  const { validatorIndex = 0 } = more
  return {
    type: 'prevote',
    height: HEIGHT,
    round: 0,
    blockId: blockOf(1),
    timestamp: { seconds: 1n, nanoseconds: 0 },
    validatorAddress: VALIDATORS[validatorIndex]!.address,
    validatorIndex,
    signature: new Uint8Array(64).fill(validatorIndex),
    ...more,
  }
}

function roundsWith(votes: HeightVotes, more: Partial<FilteredRounds> = {}): FilteredRounds {
  return { height: HEIGHT, step: RoundStep.propose, votes, lastCommit: undefined, ...more }
}

const NO_VOTES = emptyHeightVotes(HEIGHT, SET)
const add = (votes: HeightVotes, ...all: Vote[]) =>
  all.reduce((before, each) => addHeightVote(before, each, 'p').votes, votes)
const judge = (rounds: FilteredRounds, each: Vote, wants: WantsConflict = () => true) =>
  new VoteFilter(rounds, wants).judge(each, 'p')

describe('votes on their way to the machine', () => {
  it('are taken once for each step of a validator', () => {
    const rounds = roundsWith(add(NO_VOTES, vote()))
    assert.equal(judge(rounds, vote()), 'drop')
    assert.equal(judge(rounds, vote({ type: 'precommit' })), 'take')
    assert.equal(judge(rounds, vote({ validatorIndex: 1 })), 'take')
  })

  it('that contradict others are taken while evidence is wanted', () => {
    const rounds = roundsWith(add(NO_VOTES, vote()))
    const other = vote({ blockId: blockOf(2) })
    assert.equal(judge(rounds, other), 'take')
    assert.equal(
      judge(rounds, other, () => false),
      'excess',
    )
  })

  it('that contradict each other are two of those that come together', () => {
    const filter = new VoteFilter(roundsWith(NO_VOTES), () => true)
    const verdicts = [1, 1, 2, 3, 2].map((number) =>
      filter.judge(vote({ blockId: blockOf(number) }), 'p'),
    )
    assert.deepEqual(verdicts, ['take', 'drop', 'take', 'excess', 'excess'])
  })

  it('are always taken for a block of which a peer claims a majority', () => {
    const claim = { round: 0, type: 'prevote', peer: 'q', blockId: blockOf(2) } as const
    const rounds = roundsWith(claimHeightMajority(add(NO_VOTES, vote()), claim).votes)
    const never = () => false
    assert.equal(judge(rounds, vote({ blockId: blockOf(2) }), never), 'take')
    assert.equal(judge(rounds, vote({ blockId: blockOf(3) }), never), 'excess')
  })

  it('for rounds to come are those of two rounds of a peer', () => {
    const filter = new VoteFilter(roundsWith(NO_VOTES), () => true)
    const ask = (round: number, sender: string) => filter.judge(vote({ round }), sender)
    const verdicts = [ask(7, 'p'), ask(8, 'p'), ask(9, 'p'), ask(9, 'q'), ask(9, 'p')]
    assert.deepEqual(verdicts, ['take', 'take', 'drop', 'take', 'drop'])
    assert.equal(filter.judge(vote({ round: 9, validatorIndex: 2 }), 'p'), 'take')
  })

  it('that are late are of use while the next height is awaited', () => {
    const commit = { height: HEIGHT - 1n, round: 1, blockId: blockOf(1), signatures: [] }
    const lastCommit = voteSetOfCommit(commit, SET)
    const late = vote({ type: 'precommit', height: HEIGHT - 1n, round: 1 })
    const waiting = roundsWith(NO_VOTES, { step: RoundStep.newHeight, lastCommit })
    assert.equal(judge(waiting, late), 'take')
    assert.equal(judge(waiting, { ...late, round: 0 }), 'drop')
    assert.equal(judge(roundsWith(NO_VOTES, { lastCommit }), late), 'drop')
    assert.equal(judge(roundsWith(NO_VOTES, { step: RoundStep.newHeight }), late), 'drop')
  })

  it('make the machine the same as all votes do', () => {
    const number = fc.nat({ max: 3 })
    const said = fc.record({
      kind: fc.constantFrom('vote', 'vote', 'vote', 'claim'),
      peer: fc.constantFrom('p', 'q', 'r'),
      type: fc.constantFrom('prevote', 'precommit'),
      round: fc.nat({ max: 4 }),
      block: number,
      validatorIndex: number,
    })
    fc.assert(
      fc.property(fc.array(said, { maxLength: 60 }), (all) => {
        let [complete, filtered] = [NO_VOTES, NO_VOTES]
        const reported = new Set<string>()
        for (const { kind, peer, type, round, block, validatorIndex } of all) {
          const blockId = block === 0 ? undefined : blockOf(block)
          if (kind === 'claim') {
            const claim = { round, type, peer, blockId } as const
            complete = claimHeightMajority(complete, claim).votes
            filtered = claimHeightMajority(filtered, claim).votes
            continue
          }
          const each = vote({ type, round, blockId, validatorIndex } as Partial<Vote>)
          const step = `${type}/${round}/${validatorIndex}`
          complete = addHeightVote(complete, each, peer).votes
          const filter = new VoteFilter(roundsWith(filtered), () => !reported.has(step))
          if (filter.judge(each, peer) !== 'take') continue
          const outcome = addHeightVote(filtered, each, peer)
          assert.ok(outcome.kind === 'added' || outcome.kind === 'conflicting', outcome.kind)
          if (outcome.kind === 'conflicting') reported.add(step)
          filtered = outcome.votes
        }
        assert.deepEqual(filtered, complete)
      }),
    )
  })
})
