import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { formatMetrics } from '@wadi/base/prometheusText'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { decode, encode } from '@wadi/protobuf/codec'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { RoundStep } from '@wadi/tendermint/round/roundStep'
import { bitsWhere, setBits } from '@wadi/tendermint/types/bitArray'
import type { Vote } from '@wadi/tendermint/types/vote'
import {
  CONSENSUS_MESSAGE_BYTES_MAX,
  GOSSIP_DATA_RELAY_MS,
  GOSSIP_RELAY_MS,
  GOSSIP_REPEAT_MS,
  GOSSIP_REPEAT_MS_MAX,
  GOSSIP_TICK_MS,
  VOTES_WAITING_MAX,
} from '../limits.ts'
import { FakePeer } from '../testing/fakePeer.ts'
import { channelOf } from './channels.ts'
import type { SignedView } from './loggedInput.ts'
import { LonelyValidator } from './testing/lonelyValidator.ts'
import { VoteIntake } from './voteIntake.ts'

const ROOM = 1_000
/** Enough for whatever is relayed a moment later. */
const RELAY_MS = GOSSIP_RELAY_MS + 2

class Peer extends FakePeer {
  override room = ROOM
  readonly #node: LonelyValidator

  constructor(node: LonelyValidator, id: string) {
    super(id)
    this.#node = node
    node.reactor.addPeer(this)
  }

  /** What it was told since it was asked last, of some kinds. */
  heard(...kinds: ConsensusMessage['kind'][]): ConsensusMessage[] {
    const all = this.take().map((bytes) => decode(ConsensusMessage, bytes))
    return kinds.length === 0 ? all : all.filter(({ kind }) => kinds.includes(kind))
  }

  says(message: ConsensusMessage, channel: number = channelOf(message).id): void {
    this.#node.reactor.receive(this, channel, encode(ConsensusMessage, message))
  }

  /** It is in a round of the first height. */
  isAt(step: number, round = 0, height = 1n): this {
    const body = { height, round, step, secondsSinceStartTime: 1n, lastCommitRound: -1 }
    this.says({ kind: 'new-round-step', body })
    return this
  }

  votes(vote: Vote): void {
    this.says({ kind: 'vote', body: { vote } })
  }
}

/** A node in round 0 that waits for a proposal, and two peers who are there, too. */
function meet() {
  const node = new LonelyValidator()
  node.time.advance(1_001)
  const [a, b] = ['a', 'b'].map((id) => new Peer(node, id).isAt(RoundStep.propose))
  node.time.advance(RELAY_MS)
  a!.take()
  b!.take()
  return { node, a: a!, b: b!, block: node.blocks[0]! }
}

const prevoteOf = (by: number, blockId: Vote['blockId'] = undefined, round = 0) =>
  ({ by, type: 'prevote', round, blockId }) as const
const place = { height: 1n, round: 0, type: 'prevote' } as const

describe('Peers of consensus', () => {
  it('are praised for each vote and part that is new, and for nothing else', () => {
    const { node, a, b } = meet()
    const vote = node.signedVote(prevoteOf(1))
    a.votes(vote)
    node.time.advance(RELAY_MS)
    b.votes(vote)
    node.time.advance(RELAY_MS)
    assert.deepEqual([a.deeds, b.deeds], [1, 0])
  })

  it('are told where we are when they come, and whenever that changes', () => {
    const node = new LonelyValidator()
    const peer = new Peer(node, 'a')
    assert.deepEqual(
      peer.heard().map(({ kind }) => kind),
      ['new-round-step'],
    )
    node.time.advance(1_001)
    const steps = peer.heard('new-round-step').map((said) => 'step' in said.body && said.body.step)
    assert.deepEqual(steps, [RoundStep.propose])
  })

  it('get votes of others a moment later if nobody else has told them, and news at once', () => {
    const { node, a, b } = meet()
    const vote = node.signedVote(prevoteOf(0))
    a.votes(vote)
    node.time.advance(1)
    const news = { kind: 'has-vote', body: { ...place, index: vote.validatorIndex } } as const
    assert.deepEqual(b.heard().slice(0, 1), [news])
    node.time.advance(RELAY_MS)
    assert.deepEqual(b.heard('vote'), [{ kind: 'vote', body: { vote } }])
    assert.deepEqual(a.heard('vote'), [])
  })

  it('do not get votes that they say they have, one by one or together', () => {
    const { node, a, b } = meet()
    const vote = node.signedVote(prevoteOf(0))
    b.says({ kind: 'has-vote', body: { ...place, index: vote.validatorIndex } })
    const other = node.signedVote(prevoteOf(1))
    const votes = bitsWhere(4, (i) => i === other.validatorIndex)
    a.says({ kind: 'vote-set-bits', body: { ...place, blockId: undefined, votes } })
    a.votes(vote)
    b.votes(other)
    node.time.advance(RELAY_MS)
    assert.deepEqual([...a.heard('vote'), ...b.heard('vote')], [])
  })

  it('get our own votes at once', () => {
    const { node, a, block } = meet()
    a.says({ kind: 'proposal', body: { proposal: node.signedProposal(block, -1) } })
    for (const part of block.parts)
      a.says({ kind: 'block-part', body: { height: 1n, round: 0, part } })
    const own = a.heard('vote').map((said) => 'vote' in said.body && said.body.vote)
    assert.deepEqual(
      own.map((vote) => vote && [vote.type, vote.blockId?.hash]),
      [['prevote', block.blockId.hash]],
    )
  })

  it('are counted by the parts that they send, of the block and of others', () => {
    const { node, a, b, block } = meet()
    const [part] = block.parts
    const say = (peer: typeof a, height: bigint) =>
      peer.says({ kind: 'block-part', body: { height, round: 0, part: part! } })
    say(a, 1n)
    a.says({ kind: 'proposal', body: { proposal: node.signedProposal(block, -1) } })
    say(a, 1n)
    say(b, 1n)
    say(b, 2n)
    const text = formatMetrics(node.metrics.collect())
    const counts = text.match(/^cometbft_consensus_block_(parts|gossip_parts_received)\{.*$/gm)
    assert.deepEqual(counts, [
      'cometbft_consensus_block_gossip_parts_received{matches_current="false"} 2',
      'cometbft_consensus_block_gossip_parts_received{matches_current="true"} 1',
      `cometbft_consensus_block_parts{peer_id="${a.id}"} 2`,
      `cometbft_consensus_block_parts{peer_id="${b.id}"} 2`,
    ])
  })

  it('get the proposal and its parts, with the prevotes that it names', () => {
    const { node, a, b, block } = meet()
    a.says({ kind: 'proposal', body: { proposal: node.signedProposal(block, -1) } })
    for (const part of block.parts)
      a.says({ kind: 'block-part', body: { height: 1n, round: 0, part } })
    node.time.advance(RELAY_MS)
    const kinds = b.heard('proposal', 'block-part').map(({ kind }) => kind)
    assert.deepEqual(kinds, ['proposal', ...block.parts.map(() => 'block-part')])
    assert.deepEqual(a.heard('proposal', 'block-part'), [])
  })

  it('wait a while for the proposer to send them, where there are as many as other validators', () => {
    const { node, a, b, block } = meet()
    node.reactor.addPeer(new FakePeer('third'))
    a.says({ kind: 'proposal', body: { proposal: node.signedProposal(block, -1) } })
    for (const part of block.parts)
      a.says({ kind: 'block-part', body: { height: 1n, round: 0, part } })
    node.time.advance(RELAY_MS)
    assert.deepEqual(b.heard('proposal', 'block-part'), [])
    node.time.advance(GOSSIP_DATA_RELAY_MS)
    assert.equal(b.heard('block-part').length, block.parts.length)
  })

  it('get parts that they lack of a block that they say they collect', () => {
    const { node, a, b, block } = meet()
    a.says({ kind: 'proposal', body: { proposal: node.signedProposal(block, -1) } })
    for (const part of block.parts)
      a.says({ kind: 'block-part', body: { height: 1n, round: 0, part } })
    const { partSetHeader } = block.blockId
    const blockParts = bitsWhere(partSetHeader.total, () => true)
    const said = { height: 1n, round: 0, blockPartSetHeader: partSetHeader, isCommit: false }
    b.says({ kind: 'new-valid-block', body: { ...said, blockParts } })
    node.time.advance(RELAY_MS)
    assert.deepEqual(b.heard('block-part'), [])
    b.says({
      kind: 'new-valid-block',
      body: { ...said, blockParts: bitsWhere(partSetHeader.total, () => false) },
    })
    node.time.advance(RELAY_MS)
    assert.equal(b.heard('block-part').length, partSetHeader.total)
  })

  it('are answered about majorities, and dropped for two of them', () => {
    const { node, a, b, block } = meet()
    const vote = node.signedVote(prevoteOf(1, block.blockId))
    b.votes(vote)
    node.time.advance(1)
    a.take()
    const claim = { kind: 'vote-set-maj23', body: { ...place, blockId: block.blockId } } as const
    a.says(claim)
    const [answer] = a.heard('vote-set-bits')
    assert.ok(answer?.kind === 'vote-set-bits')
    assert.deepEqual(setBits(answer.body.votes), [vote.validatorIndex])
    a.says(claim)
    assert.deepEqual(a.offences, [])
    a.says({ kind: 'vote-set-maj23', body: { ...place, blockId: undefined } })
    assert.deepEqual(
      a.offences.map(({ severity }) => severity),
      ['drop'],
    )
    b.says({ kind: 'vote-set-maj23', body: { ...place, height: 9n, blockId: undefined } })
    b.says({ kind: 'vote-set-maj23', body: { ...place, round: 9, blockId: undefined } })
    assert.deepEqual(b.offences, [])
  })

  it('say whose prevotes of an earlier round they have', () => {
    const { a } = meet()
    a.says({
      kind: 'proposal-pol',
      body: { height: 1n, proposalPolRound: 0, proposalPol: bitsWhere(4, () => true) },
    })
    assert.deepEqual(a.offences, [])
  })

  it('get the rest when there is room again', () => {
    const { node, a, b } = meet()
    b.room = 0
    for (const by of [0, 1]) a.votes(node.signedVote(prevoteOf(by)))
    node.time.advance(RELAY_MS)
    b.room = 1
    for (let left = 2; left > 0; left--) {
      node.reactor.drained(b)
      assert.equal(b.heard('vote').length, 1, `${left} left`)
    }
    node.reactor.drained(b)
    assert.deepEqual(b.heard(), [])
  })

  it('get what may be lost again while they stand still, more and more seldom', () => {
    const { node, a, b } = meet()
    a.votes(node.signedVote(prevoteOf(0)))
    node.time.advance(RELAY_MS)
    assert.equal(b.heard('vote').length, 1)
    const heardIn = (ms: number): number => {
      node.time.advance(ms)
      return b
        .heard('vote')
        .filter(
          (said) =>
            'vote' in said.body &&
            said.body.vote.validatorIndex === node.signedVote(prevoteOf(0)).validatorIndex,
        ).length
    }
    assert.equal(heardIn(GOSSIP_REPEAT_MS - GOSSIP_TICK_MS), 0)
    assert.equal(heardIn(2 * GOSSIP_TICK_MS), 1)
    assert.equal(heardIn(GOSSIP_REPEAT_MS), 0)
    let count = 0
    for (let i = 0; i < 20; i++) count += heardIn(GOSSIP_REPEAT_MS_MAX)
    // It is looked at with every tick, and doubles a few times before it is as seldom as that.
    assert.ok(count >= 18 && count <= 24, `${count}`)
  })
})

describe('A peer that misbehaves', () => {
  const offenceOf = (act: (at: ReturnType<typeof meet>) => void): readonly string[] => {
    const at = meet()
    act(at)
    at.node.time.advance(50)
    return at.a.offences.map(({ severity }) => severity)
  }

  it('is banned for bytes that are no message', () => {
    for (const bytes of [[], [0xff], [0x32, 0x05], [0x0a, 0x02, 0x08, 0x80]])
      assert.deepEqual(
        offenceOf(({ node, a }) => node.reactor.receive(a, 0x20, Uint8Array.from(bytes))),
        ['ban'],
      )
  })

  it('is dropped for a message on another channel', () => {
    const body = { ...place, index: 1 }
    assert.deepEqual(
      offenceOf(({ a }) => a.says({ kind: 'has-vote', body }, 0x22)),
      ['drop'],
    )
  })

  it('is banned for a vote with a wrong signature, as is who repeats it', () => {
    const at = meet()
    const vote = { ...at.node.signedVote(prevoteOf(0)), signature: new Uint8Array(64) }
    at.a.votes(vote)
    at.b.votes(vote)
    at.node.time.advance(50)
    for (const peer of [at.a, at.b])
      assert.deepEqual(
        peer.offences.map(({ severity }) => severity),
        ['ban'],
      )
    assert.equal(at.node.rounds.votes.rounds.length, 0)
  })

  it('is banned for a proposal with a wrong signature', () => {
    const banned = offenceOf(({ node, a, block }) => {
      const proposal = { ...node.signedProposal(block, -1), signature: new Uint8Array(64) }
      a.says({ kind: 'proposal', body: { proposal } })
    })
    assert.deepEqual(banned, ['ban'])
  })

  it('is banned for a height before the first', () => {
    assert.deepEqual(
      offenceOf(({ a }) => a.isAt(RoundStep.propose, 0, 0n)),
      ['ban'],
    )
  })

  it('is not heard any more, and costs nothing, once it is gone', () => {
    const { node, a } = meet()
    node.reactor.removePeer(a)
    a.votes(node.signedVote(prevoteOf(0)))
    node.reactor.drained(a)
    node.time.advance(10_000)
    assert.deepEqual(a.heard(), [])
  })

  it('cannot send more than a message may have', () => {
    for (const { messageBytesMax } of meet().node.reactor.channels)
      assert.equal(messageBytesMax, CONSENSUS_MESSAGE_BYTES_MAX)
  })

  it('does not fill the log with parts and claims that are of no use', () => {
    const { node, a, block } = meet()
    const [part] = block.parts
    const told = node.effects.length
    for (let i = 0; i < 100; i++) {
      a.says({ kind: 'block-part', body: { height: 1n, round: 0, part: part! } })
      a.says({ kind: 'block-part', body: { height: 7n, round: 0, part: part! } })
      a.says({ kind: 'vote-set-maj23', body: { ...place, round: 100 + i, blockId: undefined } })
    }
    assert.equal(node.effects.length, told)
    assert.deepEqual(a.offences, [])
  })
})

describe('Votes that wait', () => {
  const node = new LonelyValidator()
  const peer = new FakePeer('a')

  function intake() {
    const timers = new VirtualTime()
    const batches: number[] = []
    let checked = 0
    const view = (): SignedView => ({
      chainId: 'test-chain',
      rounds: node.rounds,
      dialect: {
        name: 'all',
        verify: () => true,
        verifyAll: (all) => {
          checked += all.length
          return all.map(() => true)
        },
        prehash: (message) => message,
      },
    })
    const votes = new VoteIntake({
      ...{ clock: new FakeClock(), timers, view, wantsConflict: () => true },
      accept: (accepted) => batches.push(accepted.length),
    })
    return { timers, batches, votes, checked: () => checked }
  }

  it('are verified together at the end of the turn', () => {
    const { timers, batches, votes } = intake()
    for (let by = 0; by < 3; by++) votes.add(node.signedVote(prevoteOf(by)), peer)
    assert.deepEqual(batches, [])
    timers.advance(10)
    assert.deepEqual(batches, [3])
  })

  it('are verified once, whoever sent them', () => {
    const { timers, batches, votes, checked } = intake()
    const vote = node.signedVote(prevoteOf(0))
    for (const id of ['a', 'b', 'a']) votes.add(vote, new FakePeer(id))
    timers.advance(10)
    assert.deepEqual([batches, checked()], [[1], 1])
  })

  it('are so many, and at one more do not wait for the turn', () => {
    const { timers, batches, votes, checked } = intake()
    const add = (round: number) => votes.add(node.signedVote(prevoteOf(0, undefined, round)), peer)
    for (let round = 1; round < VOTES_WAITING_MAX; round++) add(round)
    assert.deepEqual([batches, checked()], [[], 0])
    add(0)
    // Of these rounds the peer may open two.
    assert.deepEqual([batches, checked()], [[3], VOTES_WAITING_MAX])
    timers.advance(1_000)
    assert.deepEqual([batches, checked()], [[3], VOTES_WAITING_MAX])
  })

  it('are forgotten when the node stops', () => {
    const { timers, batches, votes } = intake()
    votes.add(node.signedVote(prevoteOf(0)), peer)
    votes.stop()
    timers.advance(1_000)
    assert.deepEqual(batches, [])
  })
})
