/** Gives peers the blocks that they ask for: one at a time, peer by peer, as there is room. */

import type { Timer, Timers } from '@wadi/base/timers'
import type { Peer } from '@wadi/contracts/peers'
import { encode } from '@wadi/protobuf/codec'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import type { BlockStore } from '../stores/contract.ts'
import { BLOCK_SYNC_CHANNEL } from './channel.ts'
import { SERVING_QUEUE_MAX } from './limits.ts'
import type { BlockSyncInstruments } from './metrics.ts'
import { encodeSealed } from './sealedBlock.ts'

/** What serving needs. */
export interface BlockServerParts {
  readonly timers: Timers
  readonly blockStore: BlockStore
  readonly metrics: Pick<BlockSyncInstruments, 'servedBlocks'>
}

/** See the top of this file. */
export class BlockServer {
  readonly #parts: BlockServerParts
  /** Heights that are asked for. Whoever was served goes to the end. */
  readonly #waiting = new Map<Peer, bigint[]>()
  #timer: Timer | undefined

  constructor(parts: BlockServerParts) {
    this.#parts = parts
  }

  /** A peer asks for a block. */
  request(peer: Peer, height: bigint): void {
    const heights = this.#waiting.get(peer) ?? []
    if (heights.length >= SERVING_QUEUE_MAX) {
      peer.punish({ severity: 'slow', why: 'asks for more blocks than it takes' })
      return
    }
    heights.push(height)
    this.#waiting.set(peer, heights)
    this.wake()
  }

  /** A peer does not ask any more. */
  forget(peer: Peer): void {
    this.#waiting.delete(peer)
  }

  /** There may be room. */
  wake(): void {
    if (this.#timer !== undefined || this.#next() === undefined) return
    this.#timer = this.#parts.timers.after(0, () => {
      this.#timer = undefined
      this.#serve()
      this.wake()
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#waiting.clear()
  }

  #next(): Peer | undefined {
    for (const peer of this.#waiting.keys()) if (peer.canSend(BLOCK_SYNC_CHANNEL)) return peer
    return undefined
  }

  #serve(): void {
    const peer = this.#next()
    if (peer === undefined) return
    const [height, ...rest] = this.#waiting.get(peer) ?? []
    this.#waiting.delete(peer)
    if (rest.length > 0) this.#waiting.set(peer, rest)
    if (height !== undefined) peer.send(BLOCK_SYNC_CHANNEL, this.#answerOf(height))
  }

  #answerOf(height: bigint): Uint8Array {
    const { blockStore, metrics } = this.#parts
    const block = blockStore.loadBlockBytes(height)
    if (block === undefined) return encode(BlockSyncMessage, { kind: 'no-block', body: { height } })
    metrics.servedBlocks.add(1)
    return encodeSealed(block)
  }
}
