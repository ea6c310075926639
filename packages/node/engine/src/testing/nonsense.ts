/** What peers say who want to do harm, or are broken: of every channel, some of it nearly right. */

import { concatBytes } from '@wadi/base/bytes'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { encode } from '@wadi/protobuf/codec'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { MempoolMessage } from '@wadi/tendermint/messages/mempool'
import { StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { bitsWhere } from '@wadi/tendermint/types/bitArray'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import { EvidenceList } from '@wadi/tendermint/types/evidence'
import type { Vote } from '@wadi/tendermint/types/vote'
import { BLOCK_SYNC_CHANNEL } from '../blockSync/channel.ts'
import {
  channelOf,
  DATA_CHANNEL,
  STATE_CHANNEL,
  VOTE_BITS_CHANNEL,
  VOTE_CHANNEL,
} from '../consensus/channels.ts'
import { EVIDENCE_CHANNEL } from '../evidence/evidenceReactor.ts'
import { MEMPOOL_CHANNEL } from '../mempool/mempoolReactor.ts'
import { CHUNK_CHANNEL, SNAPSHOT_CHANNEL } from '../stateSync/channels.ts'

/** Something that is said on a channel. */
export interface Said {
  readonly channel: number
  readonly message: Uint8Array
}

/** What a nonsense is made from. */
export interface NonsenseSources {
  readonly random: RandomSource
  /** What honest nodes said, some of it long ago. */
  readonly overheard: readonly Said[]
  readonly height: bigint
}

const CHANNELS = [
  ...[STATE_CHANNEL, DATA_CHANNEL, VOTE_CHANNEL, VOTE_BITS_CHANNEL].map(({ id }) => id),
  BLOCK_SYNC_CHANNEL,
  MEMPOOL_CHANNEL,
  EVIDENCE_CHANNEL,
  SNAPSHOT_CHANNEL,
  CHUNK_CHANNEL,
]

/** One message, of any kind. */
export function nonsense(sources: NonsenseSources): Said {
  const { random, overheard } = sources
  const heard = overheard[randomBelow(random, Math.max(1, overheard.length))]
  switch (heard === undefined ? 4 : randomBelow(random, 8)) {
    case 0:
      return heard!
    case 1:
      return { ...heard!, message: damaged(random, heard!.message) }
    case 2:
      return { ...heard!, channel: pick(random, CHANNELS) }
    case 3:
      return { channel: pick(random, CHANNELS), message: random.bytes(randomBelow(random, 300)) }
    case 4:
      return ofConsensus(someConsensus(new Numbers(sources)))
    case 5:
      return ofConsensus(someConsensus(new Numbers(sources)))
    case 6:
      return someBlockSync(new Numbers(sources))
    default:
      return someOther(new Numbers(sources))
  }
}

function pick<T>(random: RandomSource, from: readonly T[]): T {
  return from[randomBelow(random, from.length)]!
}

/** A flipped, lost, doubled or inserted stretch. */
function damaged(random: RandomSource, good: Uint8Array): Uint8Array {
  const at = randomBelow(random, good.length + 1)
  const end = Math.min(good.length, at + randomBelow(random, 9))
  switch (randomBelow(random, 4)) {
    case 0: {
      const changed = good.slice()
      if (at < good.length) changed[at]! ^= 1 << randomBelow(random, 8)
      return changed
    }
    case 1:
      return concatBytes(good.subarray(0, at), good.subarray(end))
    case 2:
      return concatBytes(good.subarray(0, end), good.subarray(at))
    default:
      return concatBytes(good.subarray(0, at), random.bytes(8), good.subarray(at))
  }
}

/** Numbers near what is right, at the bounds, or anything. */
class Numbers {
  readonly random: RandomSource
  readonly #height: bigint

  constructor({ random, height }: NonsenseSources) {
    this.random = random
    this.#height = height
  }

  below(bound: number): number {
    return randomBelow(this.random, bound)
  }

  height(): bigint {
    const near = this.#height + BigInt(this.below(5)) - 2n
    return pick(this.random, [
      near,
      near,
      near,
      0n,
      1n,
      -1n,
      (1n << 63n) - 1n,
      BigInt(this.below(2 ** 32)),
    ])
  }

  round(): number {
    return pick(this.random, [0, 0, 1, 2, this.below(100), 2 ** 31 - 1, -1])
  }

  index(): number {
    return pick(this.random, [0, 1, 2, 3, 4, 31, 32, 9_999, 10_000, 2 ** 31 - 1, -1])
  }

  hash(): Uint8Array {
    return this.random.bytes(pick(this.random, [32, 32, 32, 0, 20, 33]))
  }

  blockId(): BlockId {
    const total = pick(this.random, [1, 1, 2, 1_601, 1_602, 2 ** 32 - 1, 0])
    return { hash: this.hash(), partSetHeader: { total, hash: this.hash() } }
  }

  nilableBlockId(): BlockId | undefined {
    return this.below(3) === 0 ? undefined : this.blockId()
  }

  bits() {
    const size = pick(this.random, [0, 1, 3, 4, 4, 4, 64, 1_601, 10_000, 10_001])
    return bitsWhere(size, () => this.below(2) === 0)
  }

  type(): Vote['type'] {
    return this.below(2) === 0 ? 'prevote' : 'precommit'
  }

  vote(): Vote {
    return {
      type: this.type(),
      height: this.height(),
      round: this.round(),
      blockId: this.nilableBlockId(),
      timestamp: { seconds: 1_700_000_000n + BigInt(this.below(1_000)), nanoseconds: 0 },
      validatorAddress: this.random.bytes(pick(this.random, [20, 20, 20, 0])),
      validatorIndex: this.index(),
      signature: this.random.bytes(pick(this.random, [64, 64, 64, 0, 65])),
    }
  }
}

function someConsensus(some: Numbers): ConsensusMessage {
  const place = { height: some.height(), round: some.round() }
  const [type, blockId] = [some.type(), some.nilableBlockId()]
  switch (some.below(9)) {
    case 0:
      return {
        kind: 'new-round-step',
        body: {
          ...place,
          step: some.below(10),
          secondsSinceStartTime: BigInt(some.round()),
          lastCommitRound: some.round(),
        },
      }
    case 1: {
      const [blockParts, { partSetHeader }] = [some.bits(), some.blockId()]
      const total = some.below(2) === 0 ? blockParts.size : partSetHeader.total
      const blockPartSetHeader = { ...partSetHeader, total }
      const isCommit = some.below(2) === 0
      return {
        kind: 'new-valid-block',
        body: { ...place, blockPartSetHeader, blockParts, isCommit },
      }
    }
    case 2: {
      const { timestamp, signature } = some.vote()
      const proposal = { ...place, polRound: some.round(), blockId: some.blockId(), timestamp }
      return { kind: 'proposal', body: { proposal: { ...proposal, signature } } }
    }
    case 3: {
      const { height, round: proposalPolRound } = place
      return { kind: 'proposal-pol', body: { height, proposalPolRound, proposalPol: some.bits() } }
    }
    case 4:
      return { kind: 'block-part', body: { ...place, part: somePart(some) } }
    case 5:
      return { kind: 'vote', body: { vote: some.vote() } }
    case 6:
      return { kind: 'has-vote', body: { ...place, type, index: some.index() } }
    case 7:
      return { kind: 'vote-set-maj23', body: { ...place, type, blockId } }
    default:
      return { kind: 'vote-set-bits', body: { ...place, type, blockId, votes: some.bits() } }
  }
}

function somePart(some: Numbers) {
  const index = Math.max(0, some.index())
  const total = BigInt(pick(some.random, [1, index + 1, index + 2, 2 ** 31]))
  const aunts = Array.from({ length: some.below(4) }, () => some.hash())
  const proof = { total, index: BigInt(index), leafHash: some.hash(), aunts }
  return { index, bytes: new Uint8Array(pick(some.random, [10, 65_536, 65_537])), proof }
}

/** On the channel where it belongs. */
function ofConsensus(said: ConsensusMessage): Said {
  return { channel: channelOf(said).id, message: encode(ConsensusMessage, said) }
}

function someBlockSync(some: Numbers): Said {
  const height = some.height()
  const said: BlockSyncMessage = pick(some.random, [
    { kind: 'block-request', body: { height } },
    { kind: 'no-block', body: { height } },
    { kind: 'status-request', body: {} },
    { kind: 'status', body: { base: some.height(), height } },
    { kind: 'status', body: { base: 1n, height } },
  ])
  return { channel: BLOCK_SYNC_CHANNEL, message: encode(BlockSyncMessage, said) }
}

function someOther(some: Numbers): Said {
  switch (some.below(5)) {
    case 0: {
      const txs = Array.from(
        { length: pick(some.random, [0, 1, 1, 2, 2, 3, 3, 3, 20, 1_001]) },
        () => some.random.bytes(some.below(30)),
      )
      const message = encode(MempoolMessage, { kind: 'txs', body: { txs } })
      return { channel: MEMPOOL_CHANNEL, message }
    }
    case 1: {
      const voteA = some.vote()
      const body = {
        voteA,
        voteB: { ...voteA, blockId: some.blockId() },
        totalVotingPower: BigInt(some.below(9)),
        validatorPower: 1n,
        timestamp: voteA.timestamp,
      }
      const evidence = Array(some.below(102)).fill({ kind: 'duplicate-vote', body })
      return { channel: EVIDENCE_CHANNEL, message: encode(EvidenceList, { evidence }) }
    }
    default:
      return someStateSync(some)
  }
}

function someStateSync(some: Numbers): Said {
  const height = BigInt.asUintN(64, some.height())
  const [format, index] = [some.below(3), Math.max(0, some.index())]
  const said: StateSyncMessage = pick<StateSyncMessage>(some.random, [
    { kind: 'snapshots-request', body: {} },
    {
      kind: 'snapshot',
      body: { height, format, chunks: index, hash: some.hash(), metadata: some.random.bytes(100) },
    },
    { kind: 'chunk-request', body: { height, format, index } },
    {
      kind: 'chunk',
      body: { height, format, index, chunk: some.hash(), missing: some.below(2) === 0 },
    },
  ])
  const isAboutChunks = said.kind === 'chunk' || said.kind === 'chunk-request'
  const channel = isAboutChunks ? CHUNK_CHANNEL : SNAPSHOT_CHANNEL
  return { channel, message: encode(StateSyncMessage, said) }
}
