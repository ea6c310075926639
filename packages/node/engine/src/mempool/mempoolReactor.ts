/**
 * Tells peers of transactions and hears of theirs.
 *
 * Each peer gets them in the order in which they came, but for those that it sent itself, as fast
 * as its queue drains, at a moment of its own, and none before it is near the height at which the
 * transaction was checked. Nothing is remembered of a peer but how far it is.
 */

import { CodedError } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Channel, Peer, Reactor } from '@wadi/contracts/peers'
import { decode, encode, size } from '@wadi/protobuf/codec'
import { checkMempoolMessage, MempoolMessage } from '@wadi/tendermint/messages/mempool'
import { errors } from './errors.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_COUNT_MAX,
  CATCH_UP_DELAY_MS,
  GOSSIP_DELAY_MS_MAX,
  REFUSALS_PER_OFFENCE,
  SEND_QUEUE_MAX,
} from './limits.ts'
import type { Mempool } from './mempool.ts'
import type { PoolTx } from './poolTx.ts'

/** The channel of transactions. */
export const MEMPOOL_CHANNEL = 0x30

/** What a reactor is given. */
export interface MempoolReactorOptions {
  readonly mempool: Mempool
  readonly timers: Timers
  readonly random: RandomSource
  /** Where a peer is, if it has said so. */
  readonly heightOf: (peer: Peer) => bigint | undefined
  /** `off` sends nothing, and goes on taking in. */
  readonly broadcast?: 'on' | 'off'
}

interface Listener {
  readonly peer: Peer
  /** The number of the next transaction that it gets. */
  next: number
  /** Transactions of this peer that were refused. */
  refusedCount: number
  /** When it is told what is new. */
  soon: Timer | undefined
}

function messageOf(txs: readonly Uint8Array[]): MempoolMessage {
  return { kind: 'txs', body: { txs } }
}

/** See the top of this file. */
export class MempoolReactor implements Reactor {
  readonly name = 'mempool'
  readonly channels: readonly Channel[]
  readonly #options: MempoolReactorOptions
  readonly #peers = new Map<string, Listener>()
  #catchUp: Timer | undefined

  constructor(options: MempoolReactorOptions) {
    this.#options = options
    // The message with the longest transaction is the longest message.
    const longest = new Uint8Array(options.mempool.txBytesMax)
    const messageBytesMax = size(MempoolMessage, messageOf([longest]))
    const channel = { id: MEMPOOL_CHANNEL, priority: 5, sendQueueMax: SEND_QUEUE_MAX }
    this.channels = [{ ...channel, messageBytesMax, messageTypes: { 1: 'mempool_Txs' } }]
    if (options.broadcast !== 'off') options.mempool.listen({ onAdded: () => this.#tellAllSoon() })
  }

  addPeer(peer: Peer): void {
    if (this.#options.broadcast === 'off') return
    const listener = { peer, next: 0, refusedCount: 0, soon: undefined }
    this.#peers.set(peer.id, listener)
    this.#tellSoon(listener)
  }

  removePeer(peer: Peer): void {
    this.#peers.get(peer.id)?.soon?.cancel()
    this.#peers.delete(peer.id)
  }

  receive(peer: Peer, _channel: number, bytes: Uint8Array): void {
    let message: MempoolMessage
    try {
      message = decode(MempoolMessage, bytes)
      checkMempoolMessage(message)
      if (message.body.txs.length > BATCH_COUNT_MAX) throw errors.tooMany()
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      peer.punish({ severity: 'ban', why: error.reason })
      return
    }
    for (const transaction of message.body.txs) this.#take(peer, transaction)
  }

  drained(peer: Peer): void {
    const listener = this.#peers.get(peer.id)
    if (listener !== undefined) this.#tellNow(listener)
  }

  /** The node ends: nothing more is sent. */
  stop(): void {
    for (const { soon } of this.#peers.values()) soon?.cancel()
    this.#catchUp?.cancel()
    this.#peers.clear()
  }

  #take(peer: Peer, transaction: Uint8Array): void {
    try {
      const heard = this.#options.mempool.hear(transaction, { peer: peer.id })
      if (heard !== 'known' && heard.response.code !== 0) this.#noteRefusal(peer)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#noteRefusal(peer)
    }
  }

  /** A block can make transactions invalid that travel: only many of them count against a peer. */
  #noteRefusal(peer: Peer): void {
    const listener = this.#peers.get(peer.id)
    if (listener === undefined) return
    listener.refusedCount++
    if (listener.refusedCount % REFUSALS_PER_OFFENCE === 0)
      peer.punish({ severity: 'slow', why: 'mempool.invalidTransactions' })
  }

  #tellAllSoon(): void {
    for (const listener of this.#peers.values()) this.#tellSoon(listener)
  }

  /** Not all at once: see GOSSIP_DELAY_MS_MAX. */
  #tellSoon(listener: Listener): void {
    const { timers, random } = this.#options
    listener.soon ??= timers.after(1 + randomBelow(random, GOSSIP_DELAY_MS_MAX), () => {
      listener.soon = undefined
      this.#tellNow(listener)
    })
  }

  #tellNow(listener: Listener): void {
    if (this.#tell(listener) === 'behind') this.#askAgain()
  }

  /** Those who were too far behind may have come nearer. */
  #askAgain(): void {
    this.#catchUp ??= this.#options.timers.after(CATCH_UP_DELAY_MS, () => {
      this.#catchUp = undefined
      for (const listener of this.#peers.values()) this.#tellNow(listener)
    })
  }

  /** Sends as much as a peer can take; says why it stopped. */
  #tell(listener: Listener): 'done' | 'full' | 'behind' {
    const { peer } = listener
    const height = this.#options.heightOf(peer)
    for (;;) {
      if (!peer.canSend(MEMPOOL_CHANNEL)) return 'full'
      const batch = this.#batchFor(listener, height)
      if (batch.txs.length > 0) {
        const message = encode(MempoolMessage, messageOf(batch.txs))
        if (!peer.send(MEMPOOL_CHANNEL, message)) return 'full'
      }
      listener.next = batch.next
      if (batch.stop !== undefined) return batch.stop
    }
  }

  #batchFor({ peer, next: from }: Listener, height: bigint | undefined): Batch {
    const { mempool } = this.#options
    const bytesMax = Math.min(BATCH_BYTES_MAX, mempool.txBytesMax)
    const txs: Uint8Array[] = []
    let bytes = 0
    let next = from
    for (;;) {
      const tx = mempool.arrivedFrom(next)
      if (tx === undefined) return { txs, next, stop: 'done' }
      if (!isNear(height, tx)) return { txs, next, stop: 'behind' }
      if (!tx.peers.includes(peer.id)) {
        bytes += tx.transaction.length + TX_OVERHEAD_BYTES
        const isFull = bytes > bytesMax || txs.length === BATCH_COUNT_MAX
        if (txs.length > 0 && isFull) return { txs, next, stop: undefined }
        txs.push(tx.transaction)
      }
      next = tx.sequence + 1
    }
  }
}

interface Batch {
  readonly txs: readonly Uint8Array[]
  /** Where the peer is when it has them. */
  readonly next: number
  /** Undefined if there is more. */
  readonly stop: 'done' | 'behind' | undefined
}

/** Tag and length of a transaction in a message. */
const TX_OVERHEAD_BYTES = 5

/** A peer may be one block behind. */
function isNear(height: bigint | undefined, tx: PoolTx): boolean {
  return height !== undefined && height >= tx.height - 1n
}
