/**
 * A stranger on a network: connects to its nodes as any peer does, hears their votes, asks for
 * their blocks, and sends them transactions. Whatever speaks CometBFT's protocol can be observed.
 *
 * It tells each node that it is where that node is, and never that it has anything; so it is told
 * every vote, by everybody.
 */

import type { Logger } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { Timer } from '@wadi/base/timers'
import { type NetAddress, parseNetAddress } from '@wadi/comet-p2p/net-address'
import { Network } from '@wadi/comet-p2p/network'
import { nodeSockets } from '@wadi/comet-p2p/node-sockets'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import type { Channel, Peer, Reactor } from '@wadi/contracts/peers'
import { SEED_BYTES } from '@wadi/crypto/ed25519/sign'
import { keyPairOfSeed } from '@wadi/node-crypto/keys/keyFile'
import { nativeChaCha20Poly1305 } from '@wadi/node-crypto/native/chacha20Poly1305'
import { nativeX25519 } from '@wadi/node-crypto/native/x25519'
import { decode, encode } from '@wadi/protobuf/codec'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { BLOCK_SIZE_MAX } from '@wadi/tendermint/limits'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import { ConsensusMessage, type NewRoundStep } from '@wadi/tendermint/messages/consensus'
import { MempoolMessage } from '@wadi/tendermint/messages/mempool'
import type { Block } from '@wadi/tendermint/types/block'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'
import { describeNode } from '../nodeDescription.ts'
import { signerIn } from '../nodeKeys.ts'
import { processClock, processRandom } from '../processWorld.ts'

/** Whom to observe. */
export interface ObserverOptions {
  readonly chainId: string
  readonly dialect: SignatureDialect
  /** `id@ip:port` of each node. */
  readonly nodes: readonly string[]
  readonly log: Logger
  readonly onVote?: (vote: Vote, from: string) => void
  readonly onProposal?: (proposal: Proposal, from: string) => void
  /** A node says where it is. */
  readonly onStep?: (step: NewRoundStep, from: string) => void
}

const BLOCK_SYNC = 0x40
const STATE = 0x20
const VOTES = 0x22
const MEMPOOL = 0x30
const REDIAL_MS = 100
const ANSWER_MS_MAX = 10_000

const channelOf = (id: number): Channel => ({
  id,
  priority: 5,
  sendQueueMax: 1000,
  messageBytesMax: BLOCK_SIZE_MAX,
})
const CHANNELS = [BLOCK_SYNC, STATE, 0x21, VOTES, 0x23, MEMPOOL].map(channelOf)

interface Question {
  readonly height: bigint
  readonly answer: (block: Block | undefined) => void
}

/** See the top of this file. */
export class NetworkObserver implements Reactor {
  readonly name = 'observer'
  readonly channels = CHANNELS
  readonly #options: ObserverOptions
  readonly #nodes: readonly NetAddress[]
  readonly #network: Network
  /** The height at which each connected node works. */
  readonly #heights = new Map<string, bigint>()
  readonly #questions = new Map<string, Question[]>()
  #redial: Timer | undefined
  #height = 0n

  constructor(options: ObserverOptions) {
    const { chainId, dialect, log, nodes } = options
    this.#options = options
    this.#nodes = nodes.map(parseNetAddress)
    const pair = keyPairOfSeed(processRandom.bytes(SEED_BYTES))
    this.#network = new Network({
      world: {
        clock: processClock,
        timers: nodeTimers,
        random: processRandom,
        sockets: nodeSockets,
        log,
        metrics: new MetricsRegistry(),
      },
      key: { publicKey: pair.publicKey, sign: signerIn(dialect, pair) },
      dialect,
      algorithms: { x25519: nativeX25519, chacha20Poly1305: nativeChaCha20Poly1305 },
      description: describeNode(chainId, 1n),
      duplicateIps: 'allowed',
      rates: { sendBytesPerSecond: 50_000_000, receiveBytesPerSecond: 50_000_000 },
    })
    this.#network.add(this)
  }

  start(): void {
    this.#network.start()
    this.#dial()
  }

  stop(): void {
    this.#redial?.cancel()
    this.#network.stop()
  }

  /** The highest block that any node has said to have. */
  get height(): bigint {
    return this.#height
  }

  /** The last block that a node has; undefined while it is gone or catches up. */
  heightOf(node: string): bigint | undefined {
    const height = this.#heights.get(idOf(node))
    return height === undefined ? undefined : height - 1n
  }

  isConnected(node: string): boolean {
    return this.#network.peer(idOf(node)) !== undefined
  }

  /** A node's block; undefined if it does not say. */
  async blockOf(node: string, height: bigint): Promise<Block | undefined> {
    const id = idOf(node)
    const peer = this.#network.peer(id)
    if (peer === undefined) return undefined
    const questions = this.#questions.get(id) ?? []
    this.#questions.set(id, questions)
    return new Promise((resolve) => {
      const timer = nodeTimers.after(ANSWER_MS_MAX, () => resolve(undefined))
      const answer = (block: Block | undefined) => {
        timer.cancel()
        resolve(block)
      }
      const asked = encode(BlockSyncMessage, { kind: 'block-request', body: { height } })
      if (peer.send(BLOCK_SYNC, asked)) questions.push({ height, answer })
      else answer(undefined)
    })
  }

  /** Gives a node transactions as a peer does; false if it cannot take more now. */
  submit(node: string, txs: readonly Uint8Array[]): boolean {
    const peer = this.#network.peer(idOf(node))
    const message = encode(MempoolMessage, { kind: 'txs', body: { txs } })
    return peer?.send(MEMPOOL, message) ?? false
  }

  /** Gives a node a vote, whoever signed it. */
  sendVote(node: string, vote: Vote): boolean {
    const message = encode(ConsensusMessage, { kind: 'vote', body: { vote } })
    return this.#network.peer(idOf(node))?.send(VOTES, message) ?? false
  }

  addPeer(): void {
    // What it says tells enough.
  }

  removePeer({ id }: Peer): void {
    this.#heights.delete(id)
    for (const { answer } of this.#questions.get(id) ?? []) answer(undefined)
    this.#questions.delete(id)
  }

  receive(peer: Peer, channel: number, bytes: Uint8Array): void {
    if (channel === BLOCK_SYNC) this.#hearOfBlocks(peer, decode(BlockSyncMessage, bytes))
    else if (channel !== MEMPOOL) this.#hear(peer, decode(ConsensusMessage, bytes), bytes)
  }

  #hear(peer: Peer, said: ConsensusMessage, bytes: Uint8Array): void {
    const { onVote, onProposal } = this.#options
    if (said.kind === 'vote') onVote?.(said.body.vote, peer.id)
    if (said.kind === 'proposal') onProposal?.(said.body.proposal, peer.id)
    if (said.kind !== 'new-round-step') return
    const { height } = said.body
    this.#heights.set(peer.id, height)
    if (height - 1n > this.#height) this.#height = height - 1n
    peer.send(STATE, bytes)
    this.#options.onStep?.(said.body, peer.id)
  }

  #hearOfBlocks(peer: Peer, said: BlockSyncMessage): void {
    if (said.kind === 'status-request') {
      const nothing = { kind: 'status', body: { height: 0n, base: 0n } } as const
      peer.send(BLOCK_SYNC, encode(BlockSyncMessage, nothing))
    }
    if (said.kind !== 'block' && said.kind !== 'no-block') return
    const block = said.kind === 'block' ? said.body.block : undefined
    const height = said.kind === 'block' ? said.body.block.header.height : said.body.height
    const questions = this.#questions.get(peer.id) ?? []
    this.#questions.set(
      peer.id,
      questions.filter((question) => question.height !== height),
    )
    for (const question of questions) if (question.height === height) question.answer(block)
  }

  #dial(): void {
    for (const address of this.#nodes)
      if (this.#network.peer(address.id) === undefined) this.#network.dial(address)
    this.#redial = nodeTimers.after(REDIAL_MS, () => this.#dial())
  }
}

function idOf(node: string): string {
  return node.slice(0, node.indexOf('@'))
}
