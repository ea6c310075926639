/** Tells peers of the application's snapshots, and gives them the chunks as there is room. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Application } from '@wadi/contracts/application'
import type { Peer } from '@wadi/contracts/peers'
import { encode, size } from '@wadi/protobuf/codec'
import { StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { CHUNK_CHANNEL, SNAPSHOT_CHANNEL } from './channels.ts'
import {
  CHUNK_MESSAGE_BYTES_MAX,
  CHUNK_REQUESTS_MAX,
  RECENT_SNAPSHOTS,
  SNAPSHOT_MESSAGE_BYTES_MAX,
  SNAPSHOTS_INTERVAL_MS,
} from './limits.ts'

/** What serving needs. */
export interface SnapshotServerParts {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Logger
  readonly application: Pick<Application, 'listSnapshots' | 'loadSnapshotChunk'>
}

/** Which chunk of which snapshot. */
export interface ChunkName {
  readonly height: bigint
  readonly format: number
  readonly index: number
}

/** What a peer waits for. */
interface Waiting {
  snapshots: Uint8Array[]
  chunks: ChunkName[]
}

/** What a peer is told. */
type Telling = Extract<StateSyncMessage, { readonly kind: 'snapshot' | 'chunk' }>

const NO_CHUNK = { chunk: EMPTY_BYTES, missing: true }

/** See the top of this file. */
export class SnapshotServer {
  readonly #parts: SnapshotServerParts
  /** Whoever was served goes to the end. */
  readonly #waiting = new Map<Peer, Waiting>()
  readonly #toldMs = new Map<Peer, number>()
  #timer: Timer | undefined
  #isTooLargeTold = false

  constructor(parts: SnapshotServerParts) {
    this.#parts = parts
  }

  /** A peer asks which snapshots there are. */
  tellSnapshots(peer: Peer): void {
    const now = this.#parts.clock.monotonicMs()
    const toldMs = this.#toldMs.get(peer) ?? Number.NEGATIVE_INFINITY
    if (now - toldMs < SNAPSHOTS_INTERVAL_MS) {
      peer.punish({ severity: 'slow', why: 'asks for snapshots too often' })
      return
    }
    this.#toldMs.set(peer, now)
    const snapshots = [...this.#parts.application.listSnapshots()]
      .sort((a, b) => (a.height === b.height ? b.format - a.format : a.height > b.height ? -1 : 1))
      .slice(0, RECENT_SNAPSHOTS)
    this.#of(peer).snapshots = snapshots
      .map((body) => ({ kind: 'snapshot', body }) as const)
      .filter((message) => this.#fits(message, SNAPSHOT_MESSAGE_BYTES_MAX))
      .map((message) => encode(StateSyncMessage, message))
    this.wake()
  }

  /** A peer asks for a chunk. */
  giveChunk(peer: Peer, chunk: ChunkName): void {
    const { chunks } = this.#of(peer)
    if (chunks.length >= CHUNK_REQUESTS_MAX) {
      peer.punish({ severity: 'slow', why: 'asks for more chunks than it takes' })
      return
    }
    chunks.push(chunk)
    this.wake()
  }

  forget(peer: Peer): void {
    this.#waiting.delete(peer)
    this.#toldMs.delete(peer)
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

  #of(peer: Peer): Waiting {
    const known = this.#waiting.get(peer)
    if (known !== undefined) return known
    const waiting: Waiting = { snapshots: [], chunks: [] }
    this.#waiting.set(peer, waiting)
    return waiting
  }

  #next(): Peer | undefined {
    for (const [peer, { snapshots, chunks }] of this.#waiting) {
      if (snapshots.length > 0 && peer.canSend(SNAPSHOT_CHANNEL)) return peer
      if (chunks.length > 0 && peer.canSend(CHUNK_CHANNEL)) return peer
    }
    return undefined
  }

  #serve(): void {
    const peer = this.#next()
    const waiting = peer === undefined ? undefined : this.#waiting.get(peer)
    if (peer === undefined || waiting === undefined) return
    this.#waiting.delete(peer)
    const { snapshots, chunks } = waiting
    while (peer.canSend(SNAPSHOT_CHANNEL)) {
      const message = snapshots.shift()
      if (message === undefined) break
      peer.send(SNAPSHOT_CHANNEL, message)
    }
    const chunk = peer.canSend(CHUNK_CHANNEL) ? chunks.shift() : undefined
    if (chunk !== undefined) peer.send(CHUNK_CHANNEL, this.#messageOf(chunk))
    if (snapshots.length > 0 || chunks.length > 0) this.#waiting.set(peer, waiting)
  }

  /**
   * COMPAT(cometbft): whoever gets a message beyond the bound hangs up on us. The parameters of a
   * chain may want chunks so large, so whoever asks for one is told that there is none.
   */
  #messageOf({ height, format, index }: ChunkName): Uint8Array {
    const chunk = this.#parts.application.loadSnapshotChunk(height, format, index)
    const name = { height, format, index }
    const body = { ...name, chunk, missing: chunk.length === 0 }
    const found = { kind: 'chunk', body } as const
    const missing = { kind: 'chunk', body: { ...name, ...NO_CHUNK } } as const
    return encode(StateSyncMessage, this.#fits(found, CHUNK_MESSAGE_BYTES_MAX) ? found : missing)
  }

  /** Can it be sent? The first that cannot is logged: peers ask as often as they want. */
  #fits(message: Telling, bytesMax: number): boolean {
    const bytes = size(StateSyncMessage, message)
    if (bytes <= bytesMax) return true
    const { height } = message.body
    if (!this.#isTooLargeTold)
      this.#parts.log.warn('a snapshot is too large for peers', { height, bytes, bytesMax })
    this.#isTooLargeTold = true
    return false
  }
}
