/**
 * A peer of all validators that sends them transactions and watches for the blocks in which they
 * come back. It says nothing of rounds, so that nobody sends it transactions or votes.
 */

import { hash, randomBytes } from 'node:crypto'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { parseNetAddress } from '@wadi/comet-p2p/net-address'
import { Network } from '@wadi/comet-p2p/network'
import { nodeSockets } from '@wadi/comet-p2p/node-sockets'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import type { Channel, Peer, Reactor } from '@wadi/contracts/peers'
import { fastChaCha20Poly1305 } from '@wadi/crypto/aead/fastChaCha20Poly1305'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { nativeX25519 } from '@wadi/node-crypto/native/x25519'
import { decode, encode } from '@wadi/protobuf/codec'
import { stockDialect } from '@wadi/tendermint/dialect'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { MempoolMessage } from '@wadi/tendermint/messages/mempool'

const SEND_QUEUE_MAX = 10_000
const MESSAGE_BYTES_MAX = 32 * 1024 * 1024
const channel = (id: number): Channel => ({
  id,
  priority: 5,
  sendQueueMax: SEND_QUEUE_MAX,
  messageBytesMax: MESSAGE_BYTES_MAX,
})
const STATE = channel(0x20)
const MEMPOOL = channel(0x30)
const BLOCKS = channel(0x40)

/** Nobody waits for this peer. */
const RATES = { sendBytesPerSecond: 100_000_000, receiveBytesPerSecond: 100_000_000 }
const SEED_BYTES = 32
const CONNECT_MS_MAX = 60_000
const ASK_MS = 20

/** A transaction on its way. */
interface Sent {
  readonly atMs: number
  /** The number of the validator that got it. */
  readonly target: number
}

/** A block, and when each validator was beyond it. */
export interface SeenBlock {
  readonly height: bigint
  /** When the first validator was. */
  readonly atMs: number
  /** Of the transactions that were sent: milliseconds until their validator had the block. */
  readonly latenciesMs: readonly number[]
  readonly txCount: number
}

const now = () => performance.now()
const keyOf = (transaction: Uint8Array) => hash('sha256', transaction, 'base64')

/** See the top of this file. */
export class LoadPeer implements Reactor {
  readonly name = 'load'
  readonly channels = [STATE, MEMPOOL, BLOCKS]
  readonly blocks: SeenBlock[] = []
  readonly #network: Network
  readonly #addresses: readonly string[]
  readonly #peers: (Peer | undefined)[]
  /** When each validator was beyond a height. */
  readonly #reachedMs: Map<bigint, number>[]
  readonly #sent = new Map<string, Sent>()
  #height = 0n
  #sentCount = 0

  constructor(chainId: string, addresses: readonly string[]) {
    this.#addresses = addresses
    this.#peers = addresses.map(() => undefined)
    this.#reachedMs = addresses.map(() => new Map())
    const seed = new Uint8Array(randomBytes(SEED_BYTES))
    const publicKey = publicKeyOfSeed(seed)
    this.#network = new Network({
      world: {
        clock: { unixMs: () => Date.now(), monotonicMs: now },
        timers: nodeTimers,
        random: { bytes: (size) => new Uint8Array(randomBytes(size)) },
        sockets: nodeSockets,
        log: createLogger('p2p', SILENT),
        metrics: new MetricsRegistry(),
      },
      key: {
        publicKey,
        sign: (message) => signMessage({ seed, publicKey }, stockDialect.prehash(message)),
      },
      dialect: stockDialect,
      algorithms: { x25519: nativeX25519, chacha20Poly1305: fastChaCha20Poly1305 },
      description: {
        protocolVersion: { p2p: 8n, block: 11n, app: 1n },
        network: chainId,
        version: '0.37.18',
        moniker: 'load',
        txIndex: 'off',
        rpcAddress: '',
      },
      duplicateIps: 'allowed',
      persistentPeers: addresses.map(parseNetAddress),
      dialJitterMs: ASK_MS,
      rates: RATES,
    })
    this.#network.add(this)
  }

  /** Answers when all validators are peers and there is a block. */
  async connect(): Promise<void> {
    this.#network.start()
    await this.until('a block of all validators', () => this.#height > 0n && this.#isComplete())
  }

  /** Waits until something is so. */
  async until(what: string, isSo: () => boolean, msMax = CONNECT_MS_MAX): Promise<void> {
    const end = now() + msMax
    while (!isSo()) {
      if (now() > end) throw new UnavailableError('bench.load', `not within ${msMax} ms: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, ASK_MS))
    }
  }

  /** Transactions that were sent and are in no block. */
  get waitingCount(): number {
    return this.#sent.size
  }

  /** Sends a transaction to one validator after the other; false if it cannot take one now. */
  send(transaction: Uint8Array): boolean {
    const target = this.#sentCount % this.#peers.length
    const body = { txs: [transaction] }
    const message = encode(MempoolMessage, { kind: 'txs', body })
    if (this.#peers[target]?.send(MEMPOOL.id, message) !== true) return false
    this.#sent.set(keyOf(transaction), { atMs: now(), target })
    this.#sentCount++
    return true
  }

  stop(): void {
    this.#network.stop()
  }

  addPeer(peer: Peer): void {
    this.#peers[this.#numberOf(peer)] = peer
  }

  removePeer(peer: Peer): void {
    this.#peers[this.#numberOf(peer)] = undefined
  }

  receive(peer: Peer, from: number, bytes: Uint8Array): void {
    if (from === STATE.id) this.#hearRounds(peer, bytes)
    else if (from === BLOCKS.id) this.#hearBlocks(bytes)
  }

  #isComplete(): boolean {
    return this.#peers.every((peer) => peer !== undefined)
  }

  #numberOf({ id }: Peer): number {
    return this.#addresses.findIndex((address) => address.startsWith(id))
  }

  #hearRounds(peer: Peer, bytes: Uint8Array): void {
    const said = decode(ConsensusMessage, bytes)
    if (said.kind !== 'new-round-step') return
    const decided = said.body.height - 1n
    const reached = this.#reachedMs[this.#numberOf(peer)]!
    if (reached.has(decided)) return
    reached.set(decided, now())
    if (decided <= this.#height) return
    for (let height = this.#height + 1n; height <= decided; height++)
      if (this.#height > 0n || height === decided) this.#ask(peer, height)
    this.#height = decided
  }

  #ask(peer: Peer, height: bigint): void {
    const message = encode(BlockSyncMessage, { kind: 'block-request', body: { height } })
    peer.send(BLOCKS.id, message)
  }

  #hearBlocks(bytes: Uint8Array): void {
    const said = decode(BlockSyncMessage, bytes)
    if (said.kind !== 'block') return
    const { header, transactions } = said.body.block
    const { height } = header
    const reachedMs = this.#reachedMs.map((reached) => reached.get(height))
    const known = reachedMs.filter((ms) => ms !== undefined)
    const latenciesMs: number[] = []
    for (const transaction of transactions) {
      const key = keyOf(transaction)
      const sent = this.#sent.get(key)
      if (sent === undefined) continue
      this.#sent.delete(key)
      latenciesMs.push((reachedMs[sent.target] ?? now()) - sent.atMs)
    }
    const atMs = Math.min(...known)
    this.blocks.push({ height, atMs, latenciesMs, txCount: latenciesMs.length })
  }
}
