import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import type { BlockInRound, RoundState } from '@wadi/tendermint/round/roundState'
import type { VoteSet } from '@wadi/tendermint/round/voteSet'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Vote } from '@wadi/tendermint/types/vote'
import fc from 'fast-check'
import { LonelyValidator } from './testing/lonelyValidator.ts'

const hashOf = (blockId: BlockId | undefined) =>
  blockId === undefined ? 'nil' : toHex(blockId.hash).slice(0, 6)
const held = (at: BlockInRound | undefined) => at && `${at.round} ${hashOf(at.candidate.blockId)}`

function votesIn({ votes, byBlock, majority, claims }: VoteSet): unknown {
  return {
    votes: votes.map((vote) => vote && hashOf(vote.blockId)),
    byBlock: byBlock.map(({ blockId, sum, isClaimed }) => [hashOf(blockId), sum, isClaimed]),
    majority: majority && hashOf(majority.blockId),
    claims: claims.map(({ peer, blockId }) => [peer, hashOf(blockId)]),
  }
}

/** What of a node's rounds has to outlive it. */
function summary(rounds: RoundState): unknown {
  const { height, round, step, locked, valid, proposal, commitRound, votes } = rounds
  return {
    place: [height, round, step, commitRound],
    locked: held(locked),
    valid: held(valid),
    proposal: proposal && hashOf(proposal.blockId),
    votes: votes.rounds.map(({ round: at, prevote, precommit }) => [
      at,
      votesIn(prevote),
      votesIn(precommit),
    ]),
    catchup: votes.catchup,
  }
}

const anyBlock = fc.integer({ min: 0, max: 2 })
/** Later ones than a peer may open before the machine gets there. */
const anyRound = fc.integer({ min: 0, max: 5 })
const anyType = fc.constantFrom<Vote['type']>('prevote', 'precommit')
const anySaying = fc.record({ type: anyType, round: anyRound, block: anyBlock })
const anyEvent = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('polka' as const),
      block: fc.integer({ min: 0, max: 1 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 1, max: 3_500 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('propose' as const),
      block: fc.integer({ min: 0, max: 1 }),
      polRound: fc.integer({ min: -1, max: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('parts' as const),
      block: fc.integer({ min: 0, max: 1 }),
    }),
  },
  // Mostly all three vote for the same.
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('votes' as const),
      say: anySaying,
      by: fc.subarray([0, 1, 2], { minLength: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      say: anySaying,
      peer: fc.constantFrom('a', 'b'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('gone' as const),
      peer: fc.constantFrom('peer0', 'peer1', 'peer2', 'a', 'b'),
    }),
  },
)
type Event = typeof anyEvent extends fc.Arbitrary<infer T> ? T : never

function play(node: LonelyValidator, event: Event): void {
  const { blocks } = node
  const idOf = (number: number) => blocks[number]?.blockId
  switch (event.kind) {
    case 'wait':
      node.time.advance(event.ms)
      break
    case 'propose':
      node.propose(blocks[event.block]!, event.polRound)
      break
    case 'parts':
      node.sendParts(blocks[event.block]!)
      break
    case 'votes': {
      const { block, ...say } = event.say
      for (const by of event.by) node.vote({ ...say, by, blockId: idOf(block) })
      break
    }
    case 'polka': {
      const block = blocks[event.block]!
      node.propose(block, -1)
      node.sendParts(block)
      const { round } = node.rounds
      for (const by of [0, 1, 2]) node.vote({ type: 'prevote', round, by, blockId: block.blockId })
      break
    }
    case 'gone':
      node.leave(event.peer)
      break
    case 'claim': {
      const { block, ...say } = event.say
      node.claim(event.peer, { ...say, blockId: idOf(block) })
    }
  }
}

/** Own votes, of which none may have a second one in any life of the node. */
class OwnVotes {
  readonly #said = new Map<string, string>()

  note(node: LonelyValidator): number {
    let count = 0
    for (const effect of node.effects) {
      if (effect.kind !== 'tell-has-vote') continue
      const { type, round, blockId, height, validatorAddress, signature } = effect.vote
      if (String(validatorAddress) !== String(node.rounds.ownAddress)) continue
      const place = `${height} ${round} ${type}`
      const content = `${hashOf(blockId)} ${toHex(signature)}`
      assert.equal(this.#said.get(place) ?? content, content, place)
      this.#said.set(place, content)
      count++
    }
    return count
  }
}

/** Whether a lock is that one, or came of a later polka: one that was logged and not yet done. */
function mayFollow({ locked, votes }: RoundState, before: BlockInRound | undefined): boolean {
  if (held(locked) === held(before)) return true
  return votes.rounds.some(
    ({ round, prevote: { majority } }) =>
      majority !== undefined &&
      round > (before?.round ?? -1) &&
      (locked === undefined
        ? hashOf(majority.blockId) !== hashOf(before?.candidate.blockId)
        : round === locked.round),
  )
}

describe('A validator that is killed', () => {
  it('is where it was when it begins again, and its votes are the same', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyEvent, { maxLength: 12 }), { maxLength: 3 }), (lives) => {
        const node = new LonelyValidator()
        const own = new OwnVotes()
        for (const events of lives) {
          for (const event of events) play(node, event)
          own.note(node)
          const before = summary(node.rounds)
          node.sync()
          node.kill()
          node.start()
          assert.deepEqual(summary(node.rounds), before)
          own.note(node)
        }
        node.kill()
      }),
      { numRuns: 40 },
    )
  })

  it('knows a lock again that votes of a peer made that had hung up and come back', () => {
    const node = new LonelyValidator()
    const [block] = node.blocks
    const { blockId } = block!
    const prevote = (by: number, round: number, of?: BlockId) =>
      node.vote({ by, type: 'prevote', round, blockId: of })
    // A peer opens two later rounds, and another two only as a new connection.
    prevote(0, 3)
    prevote(0, 4)
    node.leave('peer0')
    for (const by of [0, 1, 2]) prevote(by, 5, blockId)
    node.propose(block!, -1)
    node.sendParts(block!)
    const locked = held(node.rounds.locked)
    assert.equal(locked, `5 ${hashOf(blockId)}`)
    node.sync()
    node.kill()
    node.start()
    assert.equal(held(node.rounds.locked), locked)
    node.kill()
  })

  it('knows who may open rounds, with no word in the log of peers whose going changes nothing', () => {
    const node = new LonelyValidator()
    const prevote = (round: number) =>
      node.vote({ by: 0, type: 'prevote', round, blockId: undefined })
    const about = { type: 'prevote', round: 0, blockId: undefined } as const
    const logged = () => {
      node.sync()
      return node.logBytes()
    }
    /** Do so many bytes more tell of it? */
    const isLogged = (happen: () => void) => {
      const before = logged()
      happen()
      return logged() > before
    }
    prevote(0)
    for (const peer of ['stranger', 'peer0'])
      assert.equal(
        isLogged(() => node.leave(peer)),
        false,
      )
    assert.equal(
      isLogged(() => node.claim('a', about)),
      true,
    )
    assert.equal(
      isLogged(() => node.leave('a')),
      true,
    )
    assert.equal(
      isLogged(() => node.leave('a')),
      false,
      'it has nothing any more',
    )
    prevote(3)
    assert.equal(
      isLogged(() => node.leave('peer0')),
      true,
    )
    for (const round of [4, 5]) prevote(round)
    node.sync()
    const before = summary(node.rounds)
    node.kill()
    node.start()
    assert.deepEqual(summary(node.rounds), before)
    assert.equal(node.rounds.votes.rounds.at(-1)?.round, 5)
    node.kill()
  })

  it('votes once and keeps its lock when the power goes at any moment', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { minLength: 3, maxLength: 25 }),
        fc.nat(60),
        fc.bigInt(0n, 1_000_000n),
        (events, operations, seed) => {
          const node = new LonelyValidator()
          const random = new SeededRandom(seed)
          const own = new OwnVotes()
          // Since the last vote of ours left: what came after it may be forgotten, and what it
          // rests on not.
          let locks = [node.rounds.locked]
          let count = 0
          node.onSettled = () => {
            const said = own.note(node)
            if (said > count) locks = []
            count = said
            locks.push(node.rounds.locked)
          }
          node.files.failAfter(operations)
          try {
            for (const event of events) play(node, event)
          } catch (error) {
            if (!(error instanceof UnavailableError)) throw error
          }
          locks.push(node.rounds.locked)
          node.onSettled = () => undefined
          const { height } = node.rounds
          node.kill()
          node.files.cutPower((bound) => randomBelow(random, bound))
          node.start()
          own.note(node)
          if (height === 1n && node.rounds.height === 1n)
            assert.ok(
              locks.some((lock) => mayFollow(node.rounds, lock)),
              `${held(node.rounds.locked)} follows none of ${locks.map(held)}`,
            )
          for (const event of events) play(node, event)
          own.note(node)
          node.kill()
        },
      ),
      {
        numRuns: 60,
        // The polka for another block was logged, and unlocked only after the restart.
        examples: [
          [
            [
              { kind: 'polka', block: 0 },
              { kind: 'votes', say: { type: 'prevote', round: 3, block: 1 }, by: [0, 1, 2] },
              { kind: 'propose', block: 0, polRound: 0 },
              { kind: 'wait', ms: 1 },
            ],
            18,
            0n,
          ],
        ],
      },
    )
  })
})
