/** Dials peers: each once at a time, not too many, and whoever did not answer later again. */

import { drawWaitMs } from '@wadi/base/backoff'
import type { Clock } from '@wadi/base/clock'
import type { RandomSource } from '@wadi/base/random'
import { type KeyText, keyTextOf } from '../host/peerNames.ts'
import { DIAL_AGAIN_MS_FIRST, DIAL_AGAIN_MS_MAX, DIALS_MAX } from '../limits.ts'
import type { KnownPeer } from './registryPeers.ts'

/** What the connector needs of the world. */
export interface ConnectorWorld {
  readonly clock: Clock
  readonly random: RandomSource
  /** Resolves if the peer is connected, and rejects if it is not to be reached. */
  dial(peer: KnownPeer): Promise<void>
  isConnected(peer: KnownPeer): boolean
  isBlocked(peer: KnownPeer): boolean
}

interface Failures {
  readonly count: number
  readonly againMs: number
}

/** Peers whose failures are remembered; the oldest makes room. */
const FAILURES_MAX = 8192
const PAUSES = { firstMs: DIAL_AGAIN_MS_FIRST, maxMs: DIAL_AGAIN_MS_MAX }

/** See the top of this file. */
export class Connector {
  readonly #world: ConnectorWorld
  readonly #dialing = new Set<KeyText>()
  readonly #failures = new Map<KeyText, Failures>()

  constructor(world: ConnectorWorld) {
    this.#world = world
  }

  /** How many peers are being dialed. */
  get dialing(): number {
    return this.#dialing.size
  }

  /**
   * Has so many of the candidates under way, those that are being dialed already included. Gives
   * how many are.
   */
  connect(candidates: readonly KnownPeer[], missing: number): number {
    let underWay = candidates.filter(({ key }) => this.#dialing.has(keyTextOf(key))).length
    for (const peer of candidates) {
      if (underWay >= missing || this.#dialing.size >= DIALS_MAX) break
      if (this.#dialing.has(keyTextOf(peer.key)) || !this.#isDue(peer)) continue
      underWay++
      void this.#dial(peer)
    }
    return underWay
  }

  #isDue(peer: KnownPeer): boolean {
    if (peer.addresses.length === 0 || this.#world.isBlocked(peer)) return false
    if (this.#world.isConnected(peer)) return false
    const failures = this.#failures.get(keyTextOf(peer.key))
    return failures === undefined || failures.againMs <= this.#world.clock.monotonicMs()
  }

  async #dial(peer: KnownPeer): Promise<void> {
    const text = keyTextOf(peer.key)
    this.#dialing.add(text)
    try {
      await this.#world.dial(peer)
      this.#failures.delete(text)
    } catch {
      this.#remember(text)
    } finally {
      this.#dialing.delete(text)
    }
  }

  #remember(text: KeyText): void {
    const count = this.#failures.get(text)?.count ?? 0
    const pause = drawWaitMs(count, PAUSES, this.#world.random)
    const againMs = this.#world.clock.monotonicMs() + pause
    this.#failures.delete(text)
    this.#failures.set(text, { count: count + 1, againMs })
    if (this.#failures.size <= FAILURES_MAX) return
    const [oldest] = this.#failures.keys()
    this.#failures.delete(oldest!)
  }
}
