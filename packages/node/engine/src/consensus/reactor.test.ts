import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { decode, encode } from '@wadi/protobuf/codec'
import { leafHash } from '@wadi/tendermint/merkle'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { startRounds } from '@wadi/tendermint/round/step'
import { DEFAULT_ROUND_CONFIG } from '@wadi/tendermint/round/timeouts'
import type { Part } from '@wadi/tendermint/types/part'
import { GOSSIP_REPEAT_MS, GOSSIP_TICK_MS } from '../limits.ts'
import { FakePeer } from '../testing/fakePeer.ts'
import { DATA_CHANNEL, STATE_CHANNEL } from './channels.ts'
import type { Consensus } from './consensus.ts'
import { RememberedMessages } from './messageBytes.ts'
import { consensusMetrics } from './metrics.ts'
import { ConsensusReactor } from './reactor.ts'
import { LonelyValidator } from './testing/lonelyValidator.ts'

const bytes = (size: number) => new Uint8Array(size).fill(1)

/** A node that waits for a proposal at height 1. */
function waitingRounds() {
  const validator = {
    address: bytes(20),
    publicKey: bytes(32),
    votingPower: 1n,
    proposerPriority: 0n,
  }
  const validators = { validators: [validator], proposer: validator, totalVotingPower: 1n }
  const chain = {
    initialHeight: 1n,
    lastBlockHeight: 0n,
    validators,
    lastValidators: { validators: [], proposer: undefined, totalVotingPower: 0n },
    appHash: bytes(32),
    lastHeaderAppHash: undefined,
    blockBytesMax: -1n,
  }
  const start = {
    config: DEFAULT_ROUND_CONFIG,
    ownAddress: undefined,
    signsFromHeight: 0n,
    chain,
    lastCommit: undefined,
  }
  return startRounds(start, { seconds: 1n, nanoseconds: 0 }).state
}

describe('the reactor of consensus', () => {
  it('says again where a node stands while its peers go on', () => {
    const timers = new VirtualTime()
    const clock = new FakeClock()
    const reactor = new ConsensusReactor({
      clock,
      timers,
      random: new SeededRandom(1n),
      initialHeight: 1n,
      decided: {
        base: 0n,
        partSetHeaderOf: () => undefined,
        partOf: () => undefined,
        commitOf: () => undefined,
      },
      metrics: new MetricsRegistry().register(consensusMetrics),
    })
    const rounds = waitingRounds()
    const messages = new RememberedMessages()
    reactor.begin({ rounds, messages, receive: () => undefined } as unknown as Consensus)
    const peer = new FakePeer('peer')
    reactor.addPeer(peer)
    const told = () =>
      peer.take().filter((raw) => decode(ConsensusMessage, raw).kind === 'new-round-step').length
    assert.equal(told(), 1)
    // What we said is lost, and the peer moves on, so that it is never taken for one that stands
    // still.
    const place = { round: 0, step: 1, secondsSinceStartTime: 0n, lastCommitRound: 0 }
    let count = 0
    for (let height = 2n; clock.monotonicMs() < 5 * GOSSIP_REPEAT_MS; height++) {
      const body = { ...place, height }
      const said = encode(ConsensusMessage, { kind: 'new-round-step', body })
      reactor.receive(peer, STATE_CHANNEL.id, said)
      clock.advance(GOSSIP_TICK_MS)
      timers.advance(GOSSIP_TICK_MS)
      count += told()
    }
    assert.ok(count >= 4 && count <= 5, `told ${count} times`)
  })
})

describe('A part of a block from a peer', () => {
  /** Has a peer send parts, and gives its offences and by how much the log grew. */
  function hear(change: (part: Part, i: number) => Part, count: number) {
    const node = new LonelyValidator()
    // The round begins.
    node.time.advance(1100)
    const [block] = node.blocks
    node.propose(block!, -1)
    node.sync()
    const before = node.logBytes()
    const peer = new FakePeer('a')
    node.reactor.addPeer(peer)
    for (let i = 0; i < count; i++) {
      const part = change(block!.parts[0]!, i)
      const body = { height: 1n, round: 0, part }
      const message = encode(ConsensusMessage, { kind: 'block-part', body })
      node.reactor.receive(peer, DATA_CHANNEL.id, message)
    }
    node.sync()
    const grown = node.logBytes() - before
    const countedOf = () => formatMetrics(node.metrics.collect()).match(/^.*peer_id=.*$/gm) ?? []
    assert.match(countedOf().join(), new RegExp(`^cometbft_consensus_block_parts.*"a".* ${count}$`))
    node.reactor.removePeer(peer)
    assert.deepEqual(countedOf(), [], 'of who has gone nothing is counted')
    node.kill()
    return { offences: peer.offences.map(({ severity }) => severity), grown }
  }

  it('is logged if it is proven, once', () => {
    const { offences, grown } = hear((part) => part, 3)
    assert.deepEqual(offences, [])
    assert.ok(grown > 0)
  })

  it('with the proof of other bytes is not logged, and the peer is banned', () => {
    const { offences, grown } = hear((part) => ({ ...part, bytes: bytes(65_536) }), 1)
    assert.deepEqual(offences, ['ban'])
    assert.equal(grown, 0)
  })

  it('of another block is not logged, however many come', () => {
    const another = (_: Part, i: number) => {
      const made = new Uint8Array(1000).fill(i)
      const proof = { total: 1n, index: 0n, leafHash: leafHash(made), aunts: [] }
      return { index: 0, bytes: made, proof }
    }
    const { offences, grown } = hear(another, 50)
    assert.deepEqual(offences, [])
    assert.equal(grown, 0)
  })
})
