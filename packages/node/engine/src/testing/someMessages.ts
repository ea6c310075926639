/**
 * One message of every kind that peers say to each other, nearly right or not at all. The tables
 * have an entry for each declared kind: without one they do not compile.
 */

import { type RandomSource, randomBelow } from '@wadi/base/random'
import { encode } from '@wadi/protobuf/codec'
import { commitHash, evidenceListHash } from '@wadi/tendermint/hashing/contentHashes'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { MempoolMessage } from '@wadi/tendermint/messages/mempool'
import { StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { dataHashOf } from '@wadi/tendermint/transactionProof'
import { bitsWhere } from '@wadi/tendermint/types/bitArray'
import type { Block } from '@wadi/tendermint/types/block'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Commit } from '@wadi/tendermint/types/commit'
import { type Evidence, EvidenceList } from '@wadi/tendermint/types/evidence'
import type { Header } from '@wadi/tendermint/types/header'
import type { Validator } from '@wadi/tendermint/types/validator'
import type { Vote } from '@wadi/tendermint/types/vote'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { BLOCK_SYNC_CHANNEL } from '../blockSync/channel.ts'
import { channelOf } from '../consensus/channels.ts'
import { EVIDENCE_CHANNEL } from '../evidence/evidenceReactor.ts'
import { MEMPOOL_CHANNEL } from '../mempool/mempoolReactor.ts'
import { CHUNK_CHANNEL, SNAPSHOT_CHANNEL } from '../stateSync/channels.ts'

/** Something that is said on a channel. */
export interface Said {
  readonly channel: number
  readonly message: Uint8Array
}

/** A union of messages, as its schema declares it. */
interface AnyMessage {
  readonly kind: string
  readonly body: unknown
}

/** A body of each kind. */
export type Bodies<M extends AnyMessage> = {
  readonly [K in M['kind']]: Extract<M, { readonly kind: K }>['body']
}

/** How a body of each kind is made. */
type Makers<M extends AnyMessage> = {
  readonly [K in keyof Bodies<M>]: (some: Numbers) => Bodies<M>[K]
}

/** All messages between peers, by the unions that declare them. */
export interface EveryBody {
  readonly consensus: Bodies<ConsensusMessage>
  readonly blockSync: Bodies<BlockSyncMessage>
  readonly mempool: Bodies<MempoolMessage>
  readonly evidence: Bodies<Evidence>
  readonly stateSync: Bodies<StateSyncMessage>
}

export function pick<T>(random: RandomSource, from: readonly T[]): T {
  return from[randomBelow(random, from.length)]!
}

/** Numbers near what is right, at the bounds, or anything. */
export class Numbers {
  readonly random: RandomSource
  readonly #height: bigint

  constructor(random: RandomSource, height: bigint) {
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

  place(): { readonly height: bigint; readonly round: number } {
    return { height: this.height(), round: this.round() }
  }

  snapshot(): { readonly height: bigint; readonly format: number } {
    return { height: BigInt.asUintN(64, this.height()), format: this.below(3) }
  }

  round(): number {
    return pick(this.random, [0, 0, 1, 2, this.below(100), 2 ** 31 - 1, -1])
  }

  index(): number {
    return pick(this.random, [0, 1, 2, 3, 4, 31, 32, 9_999, 10_000, 2 ** 31 - 1, -1])
  }

  positiveIndex(): number {
    return Math.max(0, this.index())
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

const CONSENSUS: Makers<ConsensusMessage> = {
  'new-round-step': (some) => ({
    ...some.place(),
    step: some.below(10),
    secondsSinceStartTime: BigInt(some.round()),
    lastCommitRound: some.round(),
  }),
  'new-valid-block': (some) => {
    const [blockParts, { partSetHeader }] = [some.bits(), some.blockId()]
    const total = some.below(2) === 0 ? blockParts.size : partSetHeader.total
    const blockPartSetHeader = { ...partSetHeader, total }
    return { ...some.place(), blockPartSetHeader, blockParts, isCommit: some.below(2) === 0 }
  },
  proposal: (some) => {
    const { timestamp, signature } = some.vote()
    const proposal = { ...some.place(), polRound: some.round(), blockId: some.blockId() }
    return { proposal: { ...proposal, timestamp, signature } }
  },
  'proposal-pol': (some) => ({
    height: some.height(),
    proposalPolRound: some.round(),
    proposalPol: some.bits(),
  }),
  'block-part': (some) => ({ ...some.place(), part: somePart(some) }),
  vote: (some) => ({ vote: some.vote() }),
  'has-vote': (some) => ({ ...some.place(), type: some.type(), index: some.index() }),
  'vote-set-maj23': (some) => ({
    ...some.place(),
    type: some.type(),
    blockId: some.nilableBlockId(),
  }),
  'vote-set-bits': (some) => ({
    ...some.place(),
    type: some.type(),
    blockId: some.nilableBlockId(),
    votes: some.bits(),
  }),
}

const BLOCK_SYNC: Makers<BlockSyncMessage> = {
  'block-request': (some) => ({ height: some.height() }),
  'no-block': (some) => ({ height: some.height() }),
  block: (some) => ({ block: someBlock(some) }),
  'status-request': () => ({}),
  status: (some) => {
    const height = some.height()
    return { base: some.below(2) === 0 ? some.height() : 1n, height }
  },
}

const MEMPOOL: Makers<MempoolMessage> = {
  txs: (some) => {
    const length = pick(some.random, [0, 1, 1, 2, 2, 3, 3, 3, 20, 1_001])
    return { txs: Array.from({ length }, () => some.random.bytes(some.below(30))) }
  },
}

const EVIDENCE: Makers<Evidence> = {
  'duplicate-vote': (some) => {
    const voteA = some.vote()
    return {
      voteA,
      voteB: { ...voteA, blockId: some.blockId() },
      totalVotingPower: BigInt(some.below(9)),
      validatorPower: 1n,
      timestamp: voteA.timestamp,
    }
  },
  'light-client-attack': (some) => {
    const validators = Array.from({ length: 1 + some.below(4) }, () => someValidator(some))
    const totalVotingPower = BigInt(some.below(9))
    return {
      conflictingBlock: {
        signedHeader: { header: someHeader(some), commit: someCommit(some) },
        validatorSet: { validators, proposer: validators[0], totalVotingPower },
      },
      commonHeight: some.height(),
      byzantineValidators: validators,
      totalVotingPower,
      timestamp: some.vote().timestamp,
    }
  },
}

const STATE_SYNC: Makers<StateSyncMessage> = {
  'snapshots-request': () => ({}),
  snapshot: (some) => ({
    ...some.snapshot(),
    chunks: some.positiveIndex(),
    hash: some.hash(),
    metadata: some.random.bytes(100),
  }),
  'chunk-request': (some) => ({ ...some.snapshot(), index: some.positiveIndex() }),
  chunk: (some) => ({
    ...some.snapshot(),
    index: some.positiveIndex(),
    chunk: some.hash(),
    missing: some.below(2) === 0,
  }),
}

/** One message of each kind, by the names of union and kind. */
export function someMessages(some: Numbers): ReadonlyMap<string, () => Said> {
  const count = () => pick(some.random, [1, 1, 1, 0, 2, 101])
  return new Map([
    ...kindsOf('consensus', CONSENSUS, some, sayConsensus),
    ...kindsOf('blockSync', BLOCK_SYNC, some, sayBlockSync),
    ...kindsOf('mempool', MEMPOOL, some, sayMempool),
    ...kindsOf('evidence', EVIDENCE, some, (one) => sayEvidence(Array(count()).fill(one))),
    ...kindsOf('stateSync', STATE_SYNC, some, sayStateSync),
  ])
}

function kindsOf<M extends AnyMessage>(
  union: string,
  makers: Makers<M>,
  some: Numbers,
  say: (message: M) => Said,
): readonly (readonly [string, () => Said])[] {
  const kinds = Object.keys(makers) as (keyof Makers<M>)[]
  return kinds.map((kind) => {
    const make = () => say({ kind, body: makers[kind](some) } as unknown as M)
    return [`${union} ${String(kind)}`, make]
  })
}

/** Each message of a table as it is said, by the names of union and kind. */
export function saidOfEach(every: EveryBody): ReadonlyMap<string, Said> {
  return new Map([
    ...eachOf<ConsensusMessage>('consensus', every.consensus, sayConsensus),
    ...eachOf<BlockSyncMessage>('blockSync', every.blockSync, sayBlockSync),
    ...eachOf<MempoolMessage>('mempool', every.mempool, sayMempool),
    ...eachOf<Evidence>('evidence', every.evidence, (one) => sayEvidence([one])),
    ...eachOf<StateSyncMessage>('stateSync', every.stateSync, sayStateSync),
  ])
}

function eachOf<M extends AnyMessage>(
  union: string,
  bodies: Bodies<M>,
  say: (message: M) => Said,
): readonly (readonly [string, Said])[] {
  return Object.entries(bodies).map(([kind, body]) => [
    `${union} ${kind}`,
    say({ kind, body } as unknown as M),
  ])
}

function sayConsensus(said: ConsensusMessage): Said {
  return { channel: channelOf(said).id, message: encode(ConsensusMessage, said) }
}

function sayBlockSync(said: BlockSyncMessage): Said {
  return { channel: BLOCK_SYNC_CHANNEL, message: encode(BlockSyncMessage, said) }
}

function sayMempool(said: MempoolMessage): Said {
  return { channel: MEMPOOL_CHANNEL, message: encode(MempoolMessage, said) }
}

function sayEvidence(evidence: readonly Evidence[]): Said {
  return { channel: EVIDENCE_CHANNEL, message: encode(EvidenceList, { evidence }) }
}

function sayStateSync(said: StateSyncMessage): Said {
  const isAboutChunks = said.kind === 'chunk' || said.kind === 'chunk-request'
  const channel = isAboutChunks ? CHUNK_CHANNEL : SNAPSHOT_CHANNEL
  return { channel, message: encode(StateSyncMessage, said) }
}

function someHeader(some: Numbers): Header {
  return {
    version: { block: pick(some.random, [11n, 11n, 0n]), app: 0n },
    chainId: pick(some.random, ['test-chain', 'test-chain', 'another-chain', '']),
    height: some.height(),
    time: some.vote().timestamp,
    lastBlockId: some.nilableBlockId(),
    lastCommitHash: some.hash(),
    dataHash: some.hash(),
    validatorsHash: some.hash(),
    nextValidatorsHash: some.hash(),
    consensusHash: some.hash(),
    appHash: some.hash(),
    lastResultsHash: some.hash(),
    evidenceHash: some.hash(),
    proposerAddress: some.random.bytes(20),
  }
}

function someCommit(some: Numbers): Commit {
  const signatures = Array.from({ length: some.below(6) }, () => {
    const { validatorAddress, timestamp, signature } = some.vote()
    const flag = pick(some.random, ['commit', 'commit', 'nil', 'absent'])
    if (flag === 'absent') return { flag: 'absent' } as const
    return { flag: flag as 'commit' | 'nil', validatorAddress, timestamp, signature }
  })
  return { ...some.place(), blockId: some.blockId(), signatures }
}

/** Of which the hashes are right, half of the time: then its rules are looked at. */
function someBlock(some: Numbers): Block {
  const lastCommit = some.below(3) === 0 ? undefined : someCommit(some)
  const transactions = Array.from({ length: some.below(4) }, () => some.random.bytes(some.below(9)))
  const header = someHeader(some)
  if (some.below(2) === 0) return { header, transactions, evidence: [], lastCommit }
  const hashes = {
    lastCommitHash: lastCommit === undefined ? header.lastCommitHash : commitHash(lastCommit),
    dataHash: dataHashOf(transactions),
    evidenceHash: evidenceListHash([]),
  }
  return { header: { ...header, ...hashes }, transactions, evidence: [], lastCommit }
}

function someValidator(some: Numbers): Validator {
  const publicKey = some.random.bytes(32)
  const isOwn = some.below(9) > 0
  return {
    address: isOwn ? validatorAddress(publicKey) : some.random.bytes(20),
    publicKey,
    votingPower: BigInt(some.below(9)) - 1n,
    proposerPriority: some.height(),
  }
}

function somePart(some: Numbers) {
  const index = Math.max(0, some.index())
  const total = BigInt(pick(some.random, [1, index + 1, index + 2, 2 ** 31]))
  const aunts = Array.from({ length: some.below(4) }, () => some.hash())
  const proof = { total, index: BigInt(index), leafHash: some.hash(), aunts }
  return { index, bytes: new Uint8Array(pick(some.random, [10, 65_536, 65_537])), proof }
}
