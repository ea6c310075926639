import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import type { Verified } from '@wadi/primitives/verified'
import fc from 'fast-check'
import { RoundStep } from '../round/roundStep.ts'
import { type TestBlock, testBlock, testVote } from '../round/testing/testChain.ts'
import type { TestNode } from '../round/testing/testNode.ts'
import { TestRounds } from '../round/testing/testRounds.ts'
import type { Proposal } from '../types/proposal.ts'
import type { Vote } from '../types/vote.ts'
import { majorityQueries } from './majorityQueries.ts'
import {
  type DecidedBlocks,
  nextData,
  nextVote,
  type OwnRounds,
  proposalPol,
} from './nextForPeer.ts'
import {
  applyNewRoundStep,
  applyNewValidBlock,
  type PeerRounds,
  UNKNOWN_ROUNDS,
} from './peerRounds.ts'

const ALL = [0, 1, 2, 3]

/** What a node has decided. */
function decidedOf({ decided }: TestNode): DecidedBlocks {
  const at = (height: bigint) => decided.find(({ block }) => block.header.height === height)
  return {
    base: decided.length === 0 ? 0n : 1n,
    partSetHeaderOf: (height) => at(height)?.blockId.partSetHeader,
    partOf: (height, index) => at(height)?.parts[index],
    commitOf: (height) => at(height)?.commit,
  }
}

/** Gossips from one node to another until there is nothing to send; returns how much was sent. */
function gossip(source: TestNode, target: TestNode, seed: number): number {
  const random = new SeededRandom(BigInt(seed))
  let known: PeerRounds = UNKNOWN_ROUNDS
  let told = 0
  for (let sent = 0; ; sent++) {
    for (; told < target.effects.length; told++) {
      const effect = target.effects[told]!
      if (effect.kind === 'tell-round-step') {
        known = applyNewRoundStep(known, { ...effect, secondsSinceStartTime: 0n })
      } else if (effect.kind === 'tell-valid-block') {
        const { partSetHeader: blockPartSetHeader, parts: blockParts } = effect
        known = applyNewValidBlock(known, { ...effect, blockPartSetHeader, blockParts })
      }
    }
    const own: OwnRounds = { rounds: source.state, decided: decidedOf(source), random }
    const next = nextData(own, known) ?? nextVote(own, known)
    if (next === undefined) return sent
    known = next.known
    hear(target, next.message)
  }
}

function hear(
  target: TestNode,
  message: NonNullable<ReturnType<typeof nextData>>['message'],
): void {
  const sender = 'peer'
  switch (message.kind) {
    case 'proposal': {
      const proposal = message.body.proposal as Verified<Proposal>
      target.give({ kind: 'proposal', proposal, sender })
      break
    }
    case 'block-part':
      target.give({ kind: 'block-part', ...message.body, sender })
      break
    case 'vote':
      target.give({ kind: 'vote', vote: message.body.vote as Verified<Vote>, sender })
      break
    default:
      assert.fail(`${message.kind} is not pushed`)
  }
}

const follower = () => new TestRounds({ own: undefined }).begin()

/** A follower that has seen so many heights decided. */
function followed(heights: number): TestRounds {
  const rounds = follower()
  for (let i = 1; i <= heights; i++) {
    const height = BigInt(i)
    offer(rounds, testBlock(height, `block ${i}`, { bytes: 100_000 * (i % 3) }))
    rounds.elapse()
  }
  return rounds
}

function offer({ node, validators }: TestRounds, block: TestBlock): void {
  const { height } = block.block.header
  for (const index of ALL) {
    const content = { type: 'precommit', height, round: 0, blockId: block.blockId } as const
    node.give({ kind: 'vote', vote: testVote(validators, index, content), sender: 'peer' })
  }
  for (const part of block.parts) {
    node.give({ kind: 'block-part', height, round: 0, part, sender: 'peer' })
  }
}

const hashes = ({ decided }: TestNode) => decided.map(({ blockId }) => blockId.hash)

describe('Gossip', () => {
  it('brings the proposal, its block and all votes of the round, each once', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.subarray(ALL), fc.subarray(ALL), (seed, prevoters, others) => {
        const block = testBlock(1n, 'block', { bytes: 300_000 })
        const source = follower().offer(block)
        source.vote('prevote', block.blockId, { by: prevoters })
        source.vote('precommit', undefined, { by: others.slice(0, 2) })
        const target = follower()
        const sent = gossip(source.node, target.node, seed)
        assert.deepEqual(target.node.state.proposalBlock?.blockId, block.blockId)
        const votes = prevoters.length + Math.min(2, others.length)
        assert.equal(sent, 1 + block.parts.length + votes)
        const sets = (node: TestNode) =>
          node.state.votes.rounds.map(({ prevote, precommit }) => [prevote.bits, precommit.bits])
        assert.deepEqual(sets(target.node), sets(source.node))
      }),
      { numRuns: 20 },
    )
  })

  it('brings those who are behind by one or many heights to where we are', () => {
    for (const heights of [1, 2, 5]) {
      const source = followed(heights)
      const target = follower()
      // A peer says where it is; at a new height it begins when its timer elapses.
      for (let i = 0; i < heights; i++) {
        gossip(source.node, target.node, heights)
        target.elapse()
      }
      assert.deepEqual(hashes(target.node), hashes(source.node))
      assert.equal(target.node.state.height, source.node.state.height)
    }
  })

  it('brings the prevotes that a proposal refers to', () => {
    const block = testBlock(1n, 'block')
    const source = follower()
      .offer(block)
      .vote('prevote', block.blockId, { by: [1, 2, 3] })
    source
      .vote('precommit', undefined, { by: [1, 2, 3] })
      .elapse()
      .offer(block, { polRound: 0 })
    // The peer went on to round 1 without having seen the polka of round 0.
    const target = follower()
      .vote('precommit', undefined, { by: [1, 2, 3] })
      .elapse()
    assert.equal(target.node.state.step, RoundStep.propose)
    gossip(source.node, target.node, 1)
    assert.equal(target.node.state.step, RoundStep.prevote)
    const pol = proposalPol(source.node.state)
    assert.equal(pol?.kind === 'proposal-pol' && pol.body.proposalPolRound, 0)
    assert.equal(proposalPol(target.node.state)?.kind, 'proposal-pol')
    assert.equal(proposalPol(follower().node.state), undefined)
  })

  it('has nothing for those who are ahead, or have not said where they are', () => {
    const source = follower().offer(testBlock(1n, 'block'))
    const own = {
      rounds: source.node.state,
      decided: decidedOf(source.node),
      random: new SeededRandom(1n),
    }
    const place = { step: RoundStep.propose, secondsSinceStartTime: 0n, lastCommitRound: 0 }
    const ahead = applyNewRoundStep(UNKNOWN_ROUNDS, { height: 2n, round: 0, ...place })
    const later = applyNewRoundStep(UNKNOWN_ROUNDS, { height: 1n, round: 3, ...place })
    for (const known of [UNKNOWN_ROUNDS, ahead, later]) {
      assert.equal(nextData(own, known), undefined)
      assert.equal(nextVote(own, known), undefined)
    }
  })

  it('sends no part of a block that the peer does not collect', () => {
    const source = followed(2)
    const own = {
      rounds: source.node.state,
      decided: decidedOf(source.node),
      random: new SeededRandom(1n),
    }
    const at = { height: 1n, round: 0, step: RoundStep.propose, lastCommitRound: -1 }
    const known = applyNewRoundStep(UNKNOWN_ROUNDS, { ...at, secondsSinceStartTime: 0n })
    assert.equal(nextData(own, known)?.message.kind, 'block-part')
    const blockParts = { size: 1, words: new Uint32Array(1) }
    const blockPartSetHeader = { total: 1, hash: new Uint8Array(32) }
    const other = { height: 1n, round: 0, blockPartSetHeader, blockParts, isCommit: false }
    assert.equal(nextData(own, applyNewValidBlock(known, other)), undefined)
  })
})

describe('Questions to a peer', () => {
  const where = (height: bigint, round: number): PeerRounds => {
    const place = { step: RoundStep.prevote, secondsSinceStartTime: 0n, lastCommitRound: -1 }
    return applyNewRoundStep(UNKNOWN_ROUNDS, { height, round, ...place })
  }

  it('are about majorities of its round', () => {
    const { blockId } = testBlock(1n, 'block')
    const rounds = follower().vote('prevote', blockId, { by: [0, 1, 2] })
    const decided = decidedOf(rounds.node)
    const asked = majorityQueries(rounds.node.state, decided, where(1n, 0))
    assert.deepEqual(asked, [{ height: 1n, round: 0, type: 'prevote', blockId }])
    assert.deepEqual(majorityQueries(rounds.node.state, decided, where(1n, 1)), [])
    assert.deepEqual(majorityQueries(rounds.node.state, decided, where(2n, 0)), [])
  })

  it('are about the commit that it is told of', () => {
    const source = followed(2)
    const decided = decidedOf(source.node)
    const random = new SeededRandom(1n)
    const known = where(1n, 0)
    assert.deepEqual(majorityQueries(source.node.state, decided, known), [])
    const next = nextVote({ rounds: source.node.state, decided, random }, known)
    assert.ok(next !== undefined)
    const asked = majorityQueries(source.node.state, decided, next.known)
    assert.deepEqual(asked, [
      { height: 1n, round: 0, type: 'precommit', blockId: source.node.decided[0]?.blockId },
    ])
  })
})
