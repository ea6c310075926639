/**
 * Which of those who have a snapshot is asked for a chunk: whoever answers, and fast. A peer that
 * gives nothing is passed over, and comes after all the others from then on.
 */

import { type RandomSource, randomBelow } from '@wadi/base/random'
import { CHUNK_PATIENCE_MS_MIN, CHUNK_REQUEST_MS } from './limits.ts'

/** How a peer has behaved. */
interface Conduct {
  /** Chunks that it was asked for and that have not come. */
  readonly waiting: Map<number, number>
  gaveMs: number
  /** How long it takes for a chunk, about; undefined before it gave one. */
  chunkMs: number | undefined
  /** How often it was passed over since it gave something. */
  lapses: number
  isTold: boolean
}

/** See the top of this file. */
export class ChunkPeers {
  readonly #random: RandomSource
  readonly #conducts = new Map<string, Conduct>()
  /** How often somebody was passed over. */
  #rounds = 0

  constructor(random: RandomSource) {
    this.#random = random
  }

  /**
   * How long a peer may give nothing. A chunk takes long where connections are slow, and asking
   * more of them makes it longer, so patience grows until there is something to measure it by.
   */
  get patienceMs(): number {
    const fastest = this.#fastestMs
    const isKnown = Number.isFinite(fastest)
    const wanted = isKnown ? 2 * fastest : CHUNK_PATIENCE_MS_MIN * 2 ** this.#rounds
    return Math.min(Math.max(wanted, CHUNK_PATIENCE_MS_MIN), CHUNK_REQUEST_MS)
  }

  /** How many others are asked for a chunk that is late: more of them if nobody ever answered. */
  get width(): number {
    return this.#rounds === 0 || Number.isFinite(this.#fastestMs) ? 1 : 2
  }

  get #fastestMs(): number {
    let fastest = Number.POSITIVE_INFINITY
    for (const { chunkMs } of this.#conducts.values())
      fastest = Math.min(fastest, chunkMs ?? fastest)
    return fastest
  }

  /** Chunks of another snapshot, or of the same one from the beginning. Conduct is remembered. */
  begin(): void {
    for (const { waiting } of this.#conducts.values()) waiting.clear()
    this.#rounds = 0
  }

  /** Has a peer that was asked at a time given nothing for too long? -∞: it is not waited for. */
  isLate(peer: string, askedMs: number, nowMs: number): boolean {
    if (askedMs === Number.NEGATIVE_INFINITY) return true
    return nowMs - Math.max(askedMs, this.#of(peer).gaveMs) >= this.patienceMs
  }

  /** The best one; undefined if there is none. */
  pick(peers: readonly string[]): string | undefined {
    let best: string[] = []
    let bestRank: readonly number[] = []
    for (const peer of peers) {
      const rank = this.#rankOf(peer)
      const order = best.length === 0 ? -1 : compareRanks(rank, bestRank)
      if (order > 0) continue
      if (order < 0) [best, bestRank] = [[], rank]
      best.push(peer)
    }
    return best.length === 0 ? undefined : best[randomBelow(this.#random, best.length)]
  }

  asked(peer: string, index: number, nowMs: number): void {
    this.#of(peer).waiting.set(index, nowMs)
  }

  /** Others are asked for chunks that are late. */
  passOver(indexes: readonly number[], nowMs: number): void {
    if (indexes.length === 0) return
    for (const [peer, conduct] of this.#conducts) {
      const asked = indexes.map((index) => conduct.waiting.get(index))
      const isFailing = (askedMs?: number) =>
        askedMs !== undefined && this.isLate(peer, askedMs, nowMs)
      if (asked.some(isFailing)) conduct.lapses++
    }
    this.#rounds++
  }

  /** A peer gave a chunk. Tells who was passed over for it and has never given anything: once. */
  gave(peer: string, index: number, nowMs: number): readonly string[] {
    const conduct = this.#of(peer)
    const askedMs = conduct.waiting.get(index)
    if (askedMs === undefined) return []
    conduct.waiting.delete(index)
    const ms = nowMs - Math.max(askedMs, conduct.gaveMs)
    conduct.chunkMs = conduct.chunkMs === undefined ? ms : (conduct.chunkMs + ms) / 2
    conduct.gaveMs = nowMs
    conduct.lapses = 0
    return this.#newlySilent(index)
  }

  #newlySilent(index: number): readonly string[] {
    const silent: string[] = []
    for (const [peer, conduct] of this.#conducts) {
      const { waiting, lapses, chunkMs, isTold } = conduct
      if (isTold || !waiting.has(index) || lapses === 0 || chunkMs !== undefined) continue
      conduct.isTold = true
      silent.push(peer)
    }
    return silent
  }

  /** A peer is gone. */
  forget(peer: string): void {
    this.#conducts.delete(peer)
  }

  /** Whoever answers comes first, by when it would have the chunk here. */
  #rankOf(peer: string): readonly number[] {
    const { lapses, chunkMs, waiting } = this.#of(peer)
    const unknown = chunkMs === undefined ? 1 : 0
    return [lapses, unknown, (waiting.size + 1) * (1 + (chunkMs ?? 0))]
  }

  #of(peer: string): Conduct {
    const known = this.#conducts.get(peer)
    if (known !== undefined) return known
    const gaveMs = Number.NEGATIVE_INFINITY
    const conduct = { waiting: new Map(), gaveMs, chunkMs: undefined, lapses: 0, isTold: false }
    this.#conducts.set(peer, conduct)
    return conduct
  }
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((one, i) => one !== b[i])
  return differing < 0 ? 0 : a[differing]! - b[differing]!
}
