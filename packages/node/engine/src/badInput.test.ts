import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import type { Offence } from '@wadi/contracts/peers'
import { heldBytes } from '@wadi/contracts/testing/held-bytes'
import { decode, encode } from '@wadi/protobuf/codec'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { MempoolMessage } from '@wadi/tendermint/messages/mempool'
import { StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { testKey, testTime } from '@wadi/tendermint/testing/signedChain'
import { bitsWhere } from '@wadi/tendermint/types/bitArray'
import { type Evidence, EvidenceList } from '@wadi/tendermint/types/evidence'
import type { Vote } from '@wadi/tendermint/types/vote'
import { BLOCK_SYNC_CHANNEL } from './blockSync/channel.ts'
import { LATE_ANSWER_MS, SERVING_QUEUE_MAX } from './blockSync/limits.ts'
import { channelOf, STATE_CHANNEL, VOTE_CHANNEL } from './consensus/channels.ts'
import { EVIDENCE_CHANNEL } from './evidence/evidenceReactor.ts'
import { EVIDENCE_BURST_MAX, EVIDENCE_MESSAGE_COUNT_MAX } from './evidence/limits.ts'
import {
  CONTRADICTIONS_BURST_MAX,
  FLOODED_PER_OFFENCE,
  MESSAGES_BURST_MAX,
  PEER_KEPT_BYTES_MAX,
  PEER_RECEIVING_BYTES_MAX,
  VOTE_BATCH_MS_MAX,
  VOTES_REMEMBERED_MAX,
} from './limits.ts'
import { BATCH_COUNT_MAX, REFUSALS_PER_OFFENCE } from './mempool/limits.ts'
import { MEMPOOL_CHANNEL } from './mempool/mempoolReactor.ts'
import { CHUNK_CHANNEL, SNAPSHOT_CHANNEL } from './stateSync/channels.ts'
import { CHUNK_REQUESTS_MAX } from './stateSync/limits.ts'
import { EngineNetwork, standInSignature } from './testing/engineNetwork.ts'
import { HostilePeer } from './testing/hostilePeer.ts'
import { nonsense } from './testing/nonsense.ts'
import type { Said } from './testing/someMessages.ts'

const network = new EngineNetwork()
network.start()
network.runTo(3n)
const [node] = network.nodes
const HUGE = (1n << 63n) - 1n
const HASH = new Uint8Array(32).fill(7)
const BLOCK_ID = { hash: HASH, partSetHeader: { total: 1, hash: HASH } }

after(() => {
  const { height } = node!
  network.runTo(height + 3n)
  assert.deepEqual(network.offences, [], 'no honest node was accused')
  for (const { failure } of network.nodes) assert.equal(failure, undefined)
  network.stop()
})

let count = 0
const newPeer = () => new HostilePeer(node!, `hostile${count++}`)

/** The worst that somebody did who said this. */
function severityOf(...all: readonly Said[]): Offence['severity'] | undefined {
  const peer = newPeer()
  for (const { channel, message } of all) peer.say(channel, message)
  network.advance(2 * VOTE_BATCH_MS_MAX)
  peer.leave()
  const found = peer.offences.map(({ severity }) => severity)
  return (['ban', 'drop', 'slow'] as const).find((severity) => found.includes(severity))
}

/** Two votes of a validator, and what four nodes log in the meantime. */
const LOGGED_MAX = 20_000

/** What the log of rounds takes. */
function logBytes({ files } = node!): number {
  const sizes = files.list('engine/wal').map((name) => files.openRead(`engine/wal/${name}`).size())
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  assert.notEqual(bytes, 0)
  return bytes
}

const ofConsensus = (said: ConsensusMessage): Said => {
  return { channel: channelOf(said).id, message: encode(ConsensusMessage, said) }
}
const ofBlockSync = (said: BlockSyncMessage): Said => {
  return { channel: BLOCK_SYNC_CHANNEL, message: encode(BlockSyncMessage, said) }
}
const ofMempool = (txs: readonly Uint8Array[]): Said => {
  const message = encode(MempoolMessage, { kind: 'txs', body: { txs } })
  return { channel: MEMPOOL_CHANNEL, message }
}
const ofEvidence = (evidence: readonly Evidence[]): Said => {
  return { channel: EVIDENCE_CHANNEL, message: encode(EvidenceList, { evidence }) }
}
const ofStateSync = (said: StateSyncMessage): Said => {
  const isAboutChunks = said.kind === 'chunk' || said.kind === 'chunk-request'
  const channel = isAboutChunks ? CHUNK_CHANNEL : SNAPSHOT_CHANNEL
  return { channel, message: encode(StateSyncMessage, said) }
}

/** Something that an honest node could say, of each reactor. */
function goodOnes(): readonly Said[] {
  const { height } = node!
  const vote = votedBy(1, { height })
  return [
    ofConsensus({
      kind: 'new-round-step',
      body: { height, round: 0, step: 1, secondsSinceStartTime: 0n, lastCommitRound: 0 },
    }),
    ofConsensus({ kind: 'vote', body: { vote } }),
    ofBlockSync({ kind: 'status', body: { base: 1n, height } }),
    ofMempool([Uint8Array.of(1, 2, 3)]),
    ofEvidence([provenBy({})]),
    ofStateSync({ kind: 'snapshots-request', body: {} }),
    ofStateSync({ kind: 'chunk-request', body: { height: 1n, format: 1, index: 0 } }),
  ]
}

/** A vote as a validator of the network may sign it, but for what is to be wrong. */
function votedBy(index: number, wrong: Partial<Vote> & { readonly chainId?: string }): Vote {
  const { chainId = network.genesis.chainId, ...fields } = wrong
  const { publicKey, address } = testKey(index)
  const { validators } = node!.engine!.status.chain.validators
  const vote: Vote = {
    type: 'prevote',
    height: node!.height + 1n,
    round: 0,
    blockId: BLOCK_ID,
    timestamp: testTime(9),
    validatorAddress: address,
    validatorIndex: validators.findIndex((one) => String(one.address) === String(address)),
    signature: new Uint8Array(64),
    ...fields,
  }
  return { ...vote, signature: standInSignature(publicKey, canonicalVoteBytes(chainId, vote)) }
}

/** Three of four nodes have made some blocks, and the fourth is not there yet. */
function chainOf(chainId: string) {
  const chain = new EngineNetwork({ chainId })
  const nodes = chain.nodes.slice(0, 3)
  for (const each of nodes) each.start()
  chain.runTo(6n, { nodes })
  return { chain, nodes, young: chain.nodes[3]! }
}

/** What thousands of messages may leave behind: kept, they would take three times that. */
const KEPT_MAX = 500_000

const otherVotes = Array.from({ length: 2 * VOTES_REMEMBERED_MAX }, (_, round) => {
  const vote = votedBy(1, { height: 5n, round })
  return ofConsensus({ kind: 'vote', body: { vote } }).message
})

/**
 * What a node keeps of what a peer says, while the peer is there: memory, bytes of the log, and the
 * rounds of which it has votes. The node is alone, so that it decides nothing: nothing else grows.
 */
function keptOf(count: number, said: (number: number) => Said) {
  const alone = new EngineNetwork()
  const [only] = alone.nodes
  only!.start()
  alone.advance(5_000)
  assert.equal(only!.engine!.rounds?.height, 1n)
  // Of all peers together votes are remembered as they came, so many and no more: first others.
  const other = new HostilePeer(only!, 'other')
  for (const vote of otherVotes) other.say(VOTE_CHANNEL.id, vote)
  alone.advance(20)
  const before = { bytes: heldBytes(), logged: logBytes(only) }
  const peer = new HostilePeer(only!, 'hostile')
  for (let number = 0; number < count; number++) {
    const { channel, message } = said(number)
    peer.say(channel, message)
    if (number % 50 === 0) alone.advance(20)
  }
  alone.advance(20)
  const bytes = heldBytes() - before.bytes
  assert.deepEqual(peer.offences, [])
  const { votes, round } = only!.engine!.rounds!
  const later = votes.rounds.map((each) => each.round).filter((each) => each > round)
  // Of a node that ends everything is on the disk.
  peer.leave()
  only!.stop()
  const logged = logBytes(only) - before.logged
  assert.deepEqual([only!.failure, only!.height], [undefined, 0n])
  return { bytes, logged, later, catchup: votes.catchup }
}

/** Two votes of a validator where it may give one. */
function provenBy(wrong: Parameters<typeof votedBy>[1]): Evidence {
  const place = { height: 2n, ...wrong }
  const body = {
    voteA: votedBy(1, { ...place, blockId: { ...BLOCK_ID, hash: new Uint8Array(32) } }),
    voteB: votedBy(1, place),
    totalVotingPower: 4n,
    validatorPower: 1n,
    timestamp: node!.engine!.blockStore.loadMeta(2n)!.header.time,
  }
  return { kind: 'duplicate-vote', body }
}

describe('Bad input from a peer: wrong lengths', () => {
  it('of messages of every reactor, cut anywhere: the peer is banned, or they say something else', () => {
    for (const { channel, message } of goodOnes()) {
      assert.notEqual(severityOf({ channel, message }), 'ban')
      for (let end = 1; end < message.length; end++) {
        const cut = { channel, message: message.subarray(0, end) }
        assert.notEqual(severityOf(cut), undefined, `${end} bytes on channel ${channel}`)
      }
    }
  })

  it('that messages claim of what is in them: the peer is banned', () => {
    for (const { channel, message } of goodOnes()) {
      const lie = concatBytes(message.subarray(0, 1), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07))
      assert.equal(severityOf({ channel, message: lie }), 'ban', `channel ${channel}`)
    }
  })

  it('of hashes, addresses, signatures and parts: the peer is banned', () => {
    const vote = votedBy(1, {})
    const proof = { total: 1n, index: 0n, leafHash: HASH, aunts: [] }
    const place = { height: node!.height + 1n, round: 0 }
    for (const bad of [
      ofConsensus({ kind: 'vote', body: { vote: { ...vote, signature: new Uint8Array(65) } } }),
      ofConsensus({ kind: 'vote', body: { vote: { ...vote, validatorAddress: HASH } } }),
      ofConsensus({
        kind: 'block-part',
        body: { ...place, part: { index: 0, bytes: new Uint8Array(65_537), proof } },
      }),
      ofConsensus({
        kind: 'block-part',
        body: {
          ...place,
          part: { index: 0, bytes: HASH, proof: { ...proof, leafHash: HASH.subarray(1) } },
        },
      }),
      ofStateSync({
        kind: 'snapshot',
        body: { height: 1n, format: 1, chunks: 1, hash: new Uint8Array(0), metadata: HASH },
      }),
    ])
      assert.equal(severityOf(bad), 'ban')
  })
})

describe('Bad input from a peer: huge counts', () => {
  it('of bits, parts, transactions, evidence and chunks: the peer is banned', () => {
    const place = { height: node!.height + 1n, round: 0 }
    const bits = bitsWhere(10_001, () => true)
    const blockPartSetHeader = { total: 10_001, hash: HASH }
    for (const bad of [
      ofConsensus({
        kind: 'vote-set-bits',
        body: { ...place, type: 'prevote', blockId: BLOCK_ID, votes: bits },
      }),
      ofConsensus({
        kind: 'new-valid-block',
        body: { ...place, blockPartSetHeader, blockParts: bits, isCommit: false },
      }),
      ofMempool(Array(BATCH_COUNT_MAX + 1).fill(Uint8Array.of(1))),
      ofEvidence(Array(EVIDENCE_MESSAGE_COUNT_MAX + 1).fill(provenBy({}))),
      ofStateSync({
        kind: 'snapshot',
        body: { height: 1n, format: 1, chunks: 2 ** 32 - 1, hash: HASH, metadata: HASH },
      }),
    ])
      assert.equal(severityOf(bad), 'ban')
  })

  it('of validators in votes: nothing is kept of them', () => {
    const kept = keptOf(3_000, (number) => {
      const vote = votedBy(1, { height: 1n, validatorIndex: 2 ** 31 - 1 - number })
      return ofConsensus({ kind: 'vote', body: { vote } })
    })
    assert.deepEqual(kept.later, [])
    assert.ok(kept.logged < 1_000, `${kept.logged} bytes in the log`)
    assert.ok(kept.bytes < KEPT_MAX, `${kept.bytes} bytes`)
  })

  it('of rounds in votes: those of two rounds are kept, and no others', () => {
    const kept = keptOf(3_000, (number) => {
      const vote = votedBy(1, { height: 1n, round: 1_000 * (number + 1) })
      return ofConsensus({ kind: 'vote', body: { vote } })
    })
    assert.deepEqual(kept.later, [1_000, 2_000])
    assert.deepEqual(kept.catchup, [{ peer: 'hostile', rounds: [1_000, 2_000] }])
    assert.ok(kept.logged < 1_000, `${kept.logged} bytes in the log`)
    assert.ok(kept.bytes < KEPT_MAX, `${kept.bytes} bytes`)
  })
})

describe('Bad input from a peer: unknown channels and messages', () => {
  it('a message of no kind: the peer is banned', () => {
    const unknown = Uint8Array.of(0xfa, 0x01, 0x00)
    for (const { channel } of goodOnes())
      assert.equal(severityOf({ channel, message: unknown }), 'ban', `channel ${channel}`)
  })

  it('an empty message: the peer is banned', () => {
    for (const { channel } of goodOnes())
      assert.equal(severityOf({ channel, message: new Uint8Array(0) }), 'ban')
  })

  it('a message on the channel of another: the peer is dropped or banned', () => {
    const [step, vote, status, txs, , snapshots, chunk] = goodOnes()
    for (const [channel, { message }] of [
      [VOTE_CHANNEL.id, step!],
      [STATE_CHANNEL.id, vote!],
      [STATE_CHANNEL.id, status!],
      [BLOCK_SYNC_CHANNEL, vote!],
      [MEMPOOL_CHANNEL, vote!],
      [EVIDENCE_CHANNEL, vote!],
      [CHUNK_CHANNEL, snapshots!],
      [SNAPSHOT_CHANNEL, chunk!],
      [BLOCK_SYNC_CHANNEL, txs!],
    ] as const) {
      const severity = severityOf({ channel, message })
      assert.ok(severity === 'ban' || severity === 'drop', `${channel}: ${severity}`)
    }
  })

  it('a channel that no reactor has: the connection is told which there are, and of whom', () => {
    // What comes on any other ends there: `comet-p2p/src/network/badInput.test.ts`.
    const all = node!.reactors.flatMap(({ name, channels }) =>
      channels.map(({ id }) => `${id.toString(16)} ${name}`),
    )
    assert.deepEqual(all.sort(), [
      '20 consensus',
      '21 consensus',
      '22 consensus',
      '23 consensus',
      '30 mempool',
      '38 evidence',
      '40 blockSync',
      '60 stateSync',
      '61 stateSync',
    ])
  })
})

describe('Bad input from a peer: wrong chain', () => {
  it('votes, proposals and evidence that are signed for another: the peer is banned', () => {
    const height = node!.height + 1n
    const chainId = 'another-chain'
    const vote = votedBy(1, { chainId })
    assert.equal(severityOf(ofConsensus({ kind: 'vote', body: { vote } })), 'ban')
    assert.equal(severityOf(ofEvidence([provenBy({})])), undefined)
    assert.equal(severityOf(ofEvidence([provenBy({ chainId, round: 1 })])), 'ban')
    let severity: Offence['severity'] | undefined
    // A proposal is looked at while there is none.
    for (let turn = 0; turn < 200 && severity === undefined; turn++) {
      network.advance(7)
      const { status } = node!.engine!
      const proposal = {
        height: status.height ?? height,
        round: status.round ?? 0,
        polRound: -1,
        blockId: BLOCK_ID,
        timestamp: testTime(1),
        signature: new Uint8Array(64),
      }
      severity = severityOf(ofConsensus({ kind: 'proposal', body: { proposal } }))
    }
    assert.equal(severity, 'ban')
  })

  it('blocks of another that nobody asked for: the peer is dropped, and none is stored', () => {
    const { chain, nodes } = chainOf('test-chain')
    const [first, ...others] = nodes
    // Alone it decides nothing. Just after a sync answers may still be under way.
    for (const each of others) each.stop()
    chain.advance(LATE_ANSWER_MS)
    const { blockStore } = first!.engine!
    const { height } = blockStore
    const block = blockStore.loadBlock(2n)!
    const header = { ...block.header, chainId: 'another-chain', height: height + 1n }
    const peer = new HostilePeer(first!, 'hostile')
    const said = ofBlockSync({ kind: 'block', body: { block: { ...block, header } } })
    peer.say(said.channel, said.message)
    assert.deepEqual(
      peer.offences.map(({ severity }) => severity),
      ['drop'],
    )
    chain.advance(1_000)
    assert.equal(blockStore.height, height)
    first!.stop()
  })

  for (const [name, chainId] of [
    ['as they are', 'another-chain'],
    ['under the name of ours', 'test-chain'],
  ] as const)
    it(`blocks of another, ${name}, while the node syncs: the peer is banned, none is stored`, () => {
      const { chain, nodes, young } = chainOf('test-chain')
      const another = chainOf('another-chain')
      const foreign = another.nodes[0]!.engine!.blockStore
      for (const each of nodes) each.stop()
      young.start()
      const liar = new HostilePeer(young, 'liar')
      const asked: bigint[] = []
      liar.send = (channel, message) => {
        if (channel !== BLOCK_SYNC_CHANNEL) return true
        const said = decode(BlockSyncMessage, message)
        if (said.kind !== 'block-request') return true
        const { height } = said.body
        asked.push(height)
        const block = foreign.loadBlock(height)!
        const told = { ...block, header: { ...block.header, chainId } }
        const answer = ofBlockSync({ kind: 'block', body: { block: told } })
        chain.time.after(5, () => liar.say(answer.channel, answer.message))
        return true
      }
      assert.equal(young.engine!.status.isSyncing, true)
      const status = ofBlockSync({ kind: 'status', body: { base: 1n, height: foreign.height } })
      liar.say(status.channel, status.message)
      chain.advance(1_000)
      assert.ok(asked.includes(1n) && asked.includes(2n), `asked for ${asked}`)
      assert.deepEqual(
        liar.offences.map(({ severity }) => severity),
        ['ban'],
      )
      assert.equal(young.engine!.blockStore.height, 0n)
      assert.equal(young.height, 0n)
      // Nothing that it was told stands in the way of what is true.
      for (const each of nodes) each.start()
      chain.runTo(8n)
      assert.equal(young.engine!.blockStore.loadBlock(1n)!.header.chainId, 'test-chain')
      assert.deepEqual(chain.offences, [])
      for (const { failure } of chain.nodes) assert.equal(failure, undefined)
      chain.stop()
      for (const each of another.nodes) each.stop()
    })
})

describe('Bad input from a peer: wrong heights', () => {
  it('negative ones, and those before the first: the peer is banned', () => {
    const step = { round: 0, step: 1, secondsSinceStartTime: 0n, lastCommitRound: -1 }
    for (const bad of [
      ofConsensus({ kind: 'new-round-step', body: { ...step, height: -1n } }),
      ofConsensus({ kind: 'new-round-step', body: { ...step, height: 0n } }),
      ofConsensus({ kind: 'vote', body: { vote: votedBy(1, { height: 0n }) } }),
      ofConsensus({ kind: 'has-vote', body: { height: -5n, round: 0, type: 'prevote', index: 0 } }),
      ofBlockSync({ kind: 'block-request', body: { height: -1n } }),
      ofBlockSync({ kind: 'status', body: { base: 5n, height: 4n } }),
      ofStateSync({ kind: 'chunk-request', body: { height: 0n, format: 1, index: 0 } }),
    ])
      assert.equal(severityOf(bad), 'ban')
  })

  it('far above the chain: nothing is believed, nothing is kept, and the node goes on', () => {
    const step = { round: 0, step: 1, secondsSinceStartTime: 0n, lastCommitRound: 0 }
    const far = (height: bigint) => [
      ofConsensus({ kind: 'new-round-step', body: { ...step, height } }),
      ofConsensus({ kind: 'vote', body: { vote: votedBy(1, { height }) } }),
      ofBlockSync({ kind: 'status', body: { base: 1n, height } }),
      ofBlockSync({ kind: 'block-request', body: { height } }),
      ofStateSync({ kind: 'chunk-request', body: { height, format: 1, index: 0 } }),
    ]
    const before = node!.height
    for (const said of far(HUGE)) assert.equal(severityOf(said), undefined)
    network.runTo(before + 2n)
    const kept = keptOf(5_000, (number) => far(HUGE - BigInt(number))[number % 5]!)
    assert.deepEqual(kept.later, [])
    assert.ok(kept.logged < 1_000, `${kept.logged} bytes in the log`)
    assert.ok(kept.bytes < KEPT_MAX, `${kept.bytes} bytes`)
  })
})

describe('Bad input from a peer: floods', () => {
  it('of messages: no more than so many are looked at, and the peer is scored', () => {
    const [step] = goodOnes()
    const all = Array<Said>(MESSAGES_BURST_MAX + FLOODED_PER_OFFENCE).fill(step!)
    assert.equal(severityOf(...all), 'slow')
  })

  it('of requests for blocks and chunks: so many wait, the others are scored', () => {
    const peer = newPeer()
    peer.canSend = () => false
    const request = ofBlockSync({ kind: 'block-request', body: { height: 1n } })
    for (let i = 0; i < SERVING_QUEUE_MAX; i++) peer.say(request.channel, request.message)
    assert.deepEqual(peer.offences, [])
    peer.say(request.channel, request.message)
    assert.equal(peer.offences.length, 1)
    const chunk = ofStateSync({ kind: 'chunk-request', body: { height: 1n, format: 1, index: 0 } })
    for (let i = 0; i < CHUNK_REQUESTS_MAX; i++) peer.say(chunk.channel, chunk.message)
    assert.equal(peer.offences.length, 1)
    peer.say(chunk.channel, chunk.message)
    assert.equal(peer.offences.length, 2)
    for (const { severity } of peer.offences) assert.equal(severity, 'slow')
    peer.leave()
  })

  it('of questions for snapshots: one a second is answered, the others are scored', () => {
    const request = ofStateSync({ kind: 'snapshots-request', body: {} })
    assert.equal(severityOf(request), undefined)
    assert.equal(severityOf(request, request), 'slow')
  })

  it('of transactions that are no good: every so many are scored', () => {
    const bad = (number: number) => Uint8Array.of(0xff, number >> 8, number & 0xff)
    const txs = Array.from({ length: REFUSALS_PER_OFFENCE }, (_, i) => bad(i))
    assert.equal(severityOf(ofMempool(txs.slice(1))), undefined)
    assert.equal(severityOf(ofMempool(txs)), 'slow')
  })

  it('of votes with wrong signatures: the first one is the last', () => {
    const bad = { ...votedBy(1, {}), signature: new Uint8Array(64) }
    assert.equal(severityOf(ofConsensus({ kind: 'vote', body: { vote: bad } })), 'ban')
  })

  it('of claims of majorities: the second one of a round that says something else is an offence', () => {
    const { status } = node!.engine!
    const body = { height: status.height!, round: 0, type: 'prevote', blockId: BLOCK_ID } as const
    const other = { ...body, blockId: undefined }
    const severity = severityOf(
      ofConsensus({ kind: 'vote-set-maj23', body }),
      ofConsensus({ kind: 'vote-set-maj23', body: other }),
    )
    assert.equal(severity, 'drop')
  })

  /** A vote of a validator for the block of a number. */
  const numbered = (block: number, more: { readonly round?: number } = {}): Said => {
    const hash = new Uint8Array(32)
    new DataView(hash.buffer).setUint32(0, block + 1)
    const vote = votedBy(1, { ...more, blockId: { hash, partSetHeader: { total: 1, hash } } })
    return ofConsensus({ kind: 'vote', body: { vote } })
  }

  it('of equivocations: two votes are evidence, more are not logged, many are scored', () => {
    const honest = Array.from({ length: 30 }, (_, i) => numbered(i))
    assert.equal(severityOf(...honest), undefined, 'who relays them did nothing wrong')
    const before = logBytes()
    const many = CONTRADICTIONS_BURST_MAX + FLOODED_PER_OFFENCE
    assert.equal(severityOf(...Array.from({ length: many }, (_, i) => numbered(100 + i))), 'slow')
    assert.ok(logBytes() - before < LOGGED_MAX, `${logBytes() - before} bytes`)
  })

  it('of votes for rounds to come: those of two rounds are logged', () => {
    const before = logBytes()
    const all = Array.from({ length: 500 }, (_, i) => numbered(i, { round: 50 + i }))
    assert.equal(severityOf(...all), undefined)
    assert.ok(logBytes() - before < LOGGED_MAX, `${logBytes() - before} bytes`)
  })

  it('of peers that come and go: nothing is logged of those who said nothing', () => {
    const { chain, nodes } = chainOf('test-chain')
    const [first, ...others] = nodes
    for (const each of others) each.stop()
    chain.advance(5_000)
    const before = logBytes(first)
    for (let number = 0; number < 500; number++) new HostilePeer(first!, `comer${number}`).leave()
    first!.stop()
    // What it said itself is on the disk by now.
    assert.ok(logBytes(first) - before < 1_000, `${logBytes(first) - before} bytes`)
  })

  it('of evidence: no more than so many pieces are looked at, and the peer is scored', () => {
    // Of a block that is not here nobody can say whether it is true.
    const early = ofEvidence([provenBy({ height: 900_000n })])
    const all = Array<Said>(EVIDENCE_BURST_MAX + FLOODED_PER_OFFENCE - 1).fill(early)
    assert.equal(severityOf(...all), undefined)
    assert.equal(severityOf(...all, early), 'slow')
  })
})

describe('Bad input from a peer: memory', () => {
  it('of what it is sending is bounded: one message of each channel', () => {
    const channels = node!.reactors.flatMap((reactor) => reactor.channels)
    const sum = channels.reduce((bytes, { messageBytesMax }) => bytes + messageBytesMax, 0)
    assert.equal(channels.length, 9)
    assert.ok(sum <= PEER_RECEIVING_BYTES_MAX, `${sum} bytes`)
    assert.ok(sum > 0.9 * PEER_RECEIVING_BYTES_MAX, 'and the bound says something')
  })

  /** What a node has more that has heard so much, since before the first word. */
  function growthOf(messages: number): number {
    // Alone, the node decides nothing: all that grows is what the peer makes it keep.
    const lonely = new EngineNetwork()
    const [first] = lonely.nodes
    first!.start()
    lonely.advance(5_000)
    const random = new SeededRandom(3n)
    const overheard = goodOnes().filter(({ channel }) => channel !== MEMPOOL_CHANNEL)
    const before = heldBytes()
    const peer = new HostilePeer(first!, 'hostile', 'stays')
    for (let i = 0; i < messages; i++) {
      const { channel, message } = nonsense({ random, overheard, height: 1n })
      if (channel !== MEMPOOL_CHANNEL) peer.say(channel, message)
      if (i % 50 === 0) lonely.advance(20)
    }
    const growth = heldBytes() - before
    assert.equal(first!.failure, undefined)
    first!.stop()
    return growth
  }

  it('of what it has said is bounded, however long it goes on', () => {
    // Code is compiled by what another node hears.
    growthOf(1_000)
    const growth = growthOf(8_000)
    assert.ok(growth <= PEER_KEPT_BYTES_MAX, `${growth} bytes more`)
  })
})
