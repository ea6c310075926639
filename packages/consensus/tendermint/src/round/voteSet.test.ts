import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { hasBit } from '../types/bitArray.ts'
import type { BlockId } from '../types/blockId.ts'
import type { Vote } from '../types/vote.ts'
import { GO_VOTE_SETS } from './goVoteSetsVectors.ts'
import {
  addHeightVote,
  claimHeightMajority,
  emptyHeightVotes,
  type HeightVotes,
  trackRound,
  voteSetAt,
  withoutPeer,
} from './heightVotes.ts'
import {
  CATCHUP_FAR_ROUNDS_MAX,
  CATCHUP_NEAR_ROUNDS_MAX,
  CATCHUP_ROUNDS_PER_PEER_MAX,
  CLAIMS_MAX,
} from './limits.ts'
import { quorumOf } from './quorum.ts'
import { testBlock, testCommit, testValidators, testVote } from './testing/testChain.ts'
import {
  addVote,
  claimMajority,
  commitOf,
  emptyVoteSet,
  hasAllVotes,
  hasTwoThirdsAny,
  type VoteSet,
  voteSetOfCommit,
  votesFor,
} from './voteSet.ts'

const BLOCKS: readonly (BlockId | undefined)[] = [
  undefined,
  testBlock(1n, 'one').blockId,
  testBlock(1n, 'two').blockId,
]
const validators = testValidators([1n, 1n, 1n, 1n])

function precommit(index: number, block: number, seconds = 1): Vote {
  const timestamp = { seconds: BigInt(seconds), nanoseconds: 0 }
  const content = { type: 'precommit', height: 1n, round: 0, blockId: BLOCKS[block] } as const
  return testVote(validators, index, { ...content, timestamp })
}

const empty = emptyVoteSet({ height: 1n, round: 0, type: 'precommit', validators })

function added(set: VoteSet, vote: Vote): VoteSet {
  const outcome = addVote(set, vote)
  assert.equal(outcome.kind, 'added')
  return outcome.set
}

describe('A quorum', () => {
  it('is the least power of which three times are more than two times the total', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 60n), (total) => {
        const quorum = quorumOf(total)
        assert.ok(3n * quorum > 2n * total)
        assert.ok(3n * (quorum - 1n) <= 2n * total)
      }),
    )
  })
})

describe('A set of votes', () => {
  it('refuses what is not its own', () => {
    const vote = precommit(1, 1)
    const table = [
      [{ ...vote, height: 2n }, 'other-step'],
      [{ ...vote, round: 1 }, 'other-step'],
      [{ ...vote, type: 'prevote' }, 'other-step'],
      [{ ...vote, validatorIndex: 4 }, 'no-such-validator'],
      [{ ...vote, validatorIndex: -1 }, 'no-such-validator'],
      [{ ...vote, validatorIndex: 2 }, 'other-address'],
    ] as const
    for (const [wrong, why] of table) {
      assert.deepEqual(addVote(empty, wrong), { kind: 'refused', why })
    }
  })

  it('tells a duplicate from another signature of the same', () => {
    const set = added(empty, precommit(1, 1))
    assert.deepEqual(addVote(set, precommit(1, 1)), { kind: 'duplicate' })
    assert.deepEqual(addVote(set, precommit(1, 1, 2)), { kind: 'refused', why: 'other-signature' })
  })

  it('has a majority at more than two thirds, and not before', () => {
    const two = added(added(empty, precommit(0, 1)), precommit(1, 1))
    assert.equal(two.majority, undefined)
    assert.equal(hasTwoThirdsAny(two), false)
    const three = added(two, precommit(2, 1))
    assert.deepEqual(three.majority, { blockId: BLOCKS[1] })
    assert.equal(hasAllVotes(three), false)
    assert.equal(hasAllVotes(added(three, precommit(3, 0))), true)
    assert.equal(hasTwoThirdsAny(added(two, precommit(2, 0))), true)
  })

  it('puts a second vote for the majority into the commit, though it does not count', () => {
    let set = added(empty, precommit(3, 2))
    for (const index of [0, 1, 2]) set = added(set, precommit(index, 1))
    const outcome = addVote(set, precommit(3, 1))
    assert.equal(outcome.kind, 'conflicting')
    assert.equal(votesFor(outcome.set, BLOCKS[1])?.sum, 3n)
    assert.equal(commitOf(outcome.set).signatures[3]?.flag, 'commit')
    assert.equal(commitOf(set).signatures[3]?.flag, 'absent')
  })

  it('leaves the set as it was', () => {
    const before = added(empty, precommit(0, 1))
    const copy = structuredClone(before)
    added(before, precommit(1, 1))
    claimMajority(before, 'peer', BLOCKS[1])
    assert.deepEqual(before, copy)
  })

  it('comes back from its commit', () => {
    const commit = testCommit(validators, 1n, BLOCKS[1]!)
    assert.deepEqual(commitOf(voteSetOfCommit(commit, validators)), commit)
  })

  it('takes as many claims as there may be, and no more', () => {
    let set = empty
    for (let i = 0; i < CLAIMS_MAX; i++) {
      const outcome = claimMajority(set, `peer ${i}`, BLOCKS[1])
      assert.equal(outcome.kind, 'noted')
      set = outcome.set
    }
    assert.equal(claimMajority(set, 'one more', BLOCKS[1]).kind, 'full')
  })

  it('is bounded by claims, whoever comes and goes', () => {
    let votes = emptyHeightVotes(1n, validators)
    for (let i = 0; i < 2 * CLAIMS_MAX; i++) {
      const blockId = testBlock(1n, `claim ${i}`).blockId
      const claim = { round: 0, type: 'prevote', peer: `peer ${i}`, blockId } as const
      votes = withoutPeer(claimHeightMajority(votes, claim).votes, claim.peer)
    }
    const set = voteSetAt(votes, 0, 'prevote')!
    assert.ok(set.byBlock.length <= CLAIMS_MAX + validators.validators.length)
    assert.equal(set.claims.length, 0)
  })
})

describe('The votes of a height', () => {
  const at = (round: number, index = 0) => ({ ...precommit(index, 0), round })

  it('take as many rounds ahead of each peer as there may be', () => {
    let votes = emptyHeightVotes(1n, validators)
    for (let i = 0; i < CATCHUP_ROUNDS_PER_PEER_MAX; i++) {
      const outcome = addHeightVote(votes, at(10 + i), 'peer')
      assert.equal(outcome.kind, 'added')
      votes = outcome.votes
    }
    const beyond = addHeightVote(votes, at(99), 'peer')
    assert.equal(beyond.kind === 'refused' && beyond.why, 'unwanted-round')
    // What is open is open to all, and another peer may open others.
    assert.equal(addHeightVote(votes, at(10, 1), 'peer').kind, 'added')
    assert.equal(addHeightVote(votes, at(99), 'another').kind, 'added')
    assert.equal(addHeightVote(votes, at(99), undefined).kind, 'refused')
    // Rounds that were reached no longer count.
    assert.equal(addHeightVote(trackRound(votes, 99), at(99), 'peer').kind, 'added')
  })

  const LAST_NEAR = CATCHUP_NEAR_ROUNDS_MAX
  const kindOf = (votes: HeightVotes, round: number) =>
    addHeightVote(votes, at(round), 'one more').kind

  /** Each round is opened by a peer of its own, which goes. */
  function opened(votes: HeightVotes, rounds: readonly number[]): HeightVotes {
    return rounds.reduce((before, round) => {
      const peer = `peer ${round}`
      return withoutPeer(addHeightVote(before, at(round), peer).votes, peer)
    }, votes)
  }

  const roundsFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => first + i)

  it('take as many rounds far ahead of all peers as there may be', () => {
    const far = roundsFrom(LAST_NEAR + 1, CATCHUP_FAR_ROUNDS_MAX)
    const votes = opened(emptyHeightVotes(1n, validators), far.slice(1))
    assert.equal(kindOf(votes, 9_999), 'added')
    const full = opened(votes, far.slice(0, 1))
    assert.equal(full.rounds.length, CATCHUP_FAR_ROUNDS_MAX)
    assert.equal(kindOf(full, 9_999), 'refused')
    assert.equal(kindOf(full, LAST_NEAR), 'added')
    // A far round that has come near makes room.
    const later = trackRound(full, 1)
    assert.equal(kindOf(later, 9_999), 'added')
    assert.equal(kindOf(later, LAST_NEAR + 1), 'duplicate')
  })

  it('take all near rounds, whichever others were opened before', () => {
    const near = roundsFrom(1, LAST_NEAR)
    const far = roundsFrom(2_000, 2 * CATCHUP_FAR_ROUNDS_MAX)
    const most = CATCHUP_NEAR_ROUNDS_MAX + CATCHUP_FAR_ROUNDS_MAX
    for (const order of [[...near, ...far], [...far, ...near], [...far, ...near].reverse()]) {
      const votes = opened(emptyHeightVotes(1n, validators), order)
      assert.equal(votes.rounds.length, most)
      assert.deepEqual(
        votes.rounds.slice(0, LAST_NEAR).map(({ round }) => round),
        near,
      )
      // Nothing that was let in gives way, and the next round has a place as soon as it is near.
      assert.equal(opened(votes, roundsFrom(5_000, 10)).rounds.length, most)
      assert.equal(kindOf(votes, LAST_NEAR + 1), 'refused')
      assert.equal(kindOf(trackRound(votes, 1), LAST_NEAR + 1), 'added')
    }
    assert.equal(kindOf(emptyHeightVotes(1n, validators), -1), 'refused')
  })

  it('keep rounds in order, and nothing of rounds without votes', () => {
    let votes = trackRound(emptyHeightVotes(1n, validators), 1_000_000)
    for (const round of [7, 3, 900_000, 5]) votes = addHeightVote(votes, at(round), 'peer').votes
    assert.deepEqual(
      votes.rounds.map(({ round }) => round),
      [3, 5, 7, 900_000],
    )
    assert.equal(voteSetAt(votes, 4, 'precommit')?.sum, 0n)
    assert.equal(voteSetAt(votes, 1_000_001, 'precommit'), undefined)
  })
})

describe('CometBFT', () => {
  it('answers the same to the same votes and claims', () => {
    let votes: HeightVotes | undefined
    for (const line of GO_VOTE_SETS) {
      const [what, first = '', ...rest] = line.split(' ')
      if (what === 'case') {
        votes = emptyHeightVotes(1n, seats(first.split(',').map(BigInt)))
        continue
      }
      assert.ok(votes !== undefined)
      if (what === 'track') votes = trackRound(votes, Number(first))
      else if (what === 'claim') votes = replayClaim(votes, Number(first), rest)
      else votes = replayVote(votes, line)
    }
  })
})

/** Validators in the order of their powers; the first byte of an address is its index. */
function seats(powers: readonly bigint[]): HeightVotes['validators'] {
  const all = powers.map((votingPower, i) => ({
    address: new Uint8Array(20).fill(i),
    publicKey: new Uint8Array(32),
    votingPower,
    proposerPriority: 0n,
  }))
  const totalVotingPower = powers.reduce((sum, power) => sum + power, 0n)
  return { validators: all, proposer: all[0], totalVotingPower }
}

function replayClaim(votes: HeightVotes, round: number, rest: readonly string[]): HeightVotes {
  const [type, peer = '', block, isRefused] = rest
  const blockId = BLOCKS[Number(block)]
  const claim = {
    round,
    type: type === 'prevote' ? 'prevote' : 'precommit',
    peer,
    blockId,
  } as const
  const outcome = claimHeightMajority(votes, claim)
  assert.equal(String(outcome.kind === 'contradicts-itself'), isRefused)
  return outcome.votes
}

function replayVote(votes: HeightVotes, line: string): HeightVotes {
  const [, round, type, sender = '', block, validator, seconds] = line.split(' ')
  const validatorIndex = Number(validator)
  const vote: Vote = {
    type: type === 'prevote' ? 'prevote' : 'precommit',
    height: 1n,
    round: Number(round),
    blockId: BLOCKS[Number(block)],
    timestamp: { seconds: BigInt(seconds ?? 0), nanoseconds: 0 },
    validatorAddress: new Uint8Array(20).fill(validatorIndex),
    validatorIndex,
    signature: new Uint8Array([Number(seconds) & 255, Number(block)]),
  }
  const outcome = addHeightVote(votes, vote, sender)
  const voteA = 'voteA' in outcome ? outcome.voteA : undefined
  const answer = [
    outcome.kind === 'added',
    voteA === undefined ? 0 : 1 + BLOCKS.indexOf(voteA.blockId),
    outcome.kind === 'refused' ? 'other-' : '-',
    ...printSet(voteSetAt(outcome.votes, vote.round, vote.type)),
  ]
  assert.equal([...line.split(' ').slice(0, 7), ...answer].join(' '), line)
  return outcome.votes
}

function printSet(set: VoteSet | undefined): readonly unknown[] {
  if (set === undefined) return ['none']
  const majority = set.majority === undefined ? -1 : BLOCKS.indexOf(set.majority.blockId)
  const isCommit = set.type === 'precommit' && majority > 0
  const flags = { absent: 1, commit: 2, nil: 3 }
  return [
    majority,
    hasTwoThirdsAny(set),
    hasAllVotes(set),
    set.votes.map((vote) => (vote === undefined ? '_' : BLOCKS.indexOf(vote.blockId))).join(''),
    ...BLOCKS.map((blockId) => {
      const bits = votesFor(set, blockId)?.bits
      return bits ? set.votes.map((_, i) => (hasBit(bits, i) ? 'x' : '_')).join('') : '-'
    }),
    isCommit
      ? commitOf(set)
          .signatures.map(({ flag }) => flags[flag])
          .join('')
      : '-',
  ]
}
