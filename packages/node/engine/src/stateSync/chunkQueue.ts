/** The chunks of a snapshot: which are asked of whom, which are here, which is applied next. */

import type { Snapshot } from '@wadi/contracts/application'
import { CHUNK_REQUEST_MS, CHUNK_WINDOW, CHUNKS_IN_FLIGHT } from './limits.ts'

/** A chunk and who sent it. */
export interface ReceivedChunk {
  readonly index: number
  readonly bytes: Uint8Array
  readonly sender: string
}

interface Request {
  /** The one who is asked now. */
  peer: string
  askedMs: number
  /** Everybody who was asked; late answers are welcome. */
  readonly asked: Set<string>
}

/** See the top of this file. */
export class ChunkQueue {
  readonly #snapshot: Snapshot
  readonly #requests = new Map<number, Request>()
  readonly #here = new Map<number, ReceivedChunk>()
  readonly #applied = new Set<number>()
  /** Everything below it is applied. */
  #first = 0

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
  }

  get isDone(): boolean {
    return this.#first === this.#snapshot.chunks
  }

  /** The chunk to apply next, if it is here. */
  get next(): ReceivedChunk | undefined {
    return this.#here.get(this.#first)
  }

  /** Chunks that have to be asked for: new ones, and those whose time is over. */
  toAsk(nowMs: number): readonly number[] {
    const indexes: number[] = []
    let inFlight = 0
    for (const { askedMs } of this.#requests.values())
      if (nowMs - askedMs < CHUNK_REQUEST_MS) inFlight++
    const end = Math.min(this.#snapshot.chunks, this.#first + CHUNK_WINDOW)
    for (let index = this.#first; index < end; index++) {
      if (inFlight + indexes.length >= CHUNKS_IN_FLIGHT) break
      if (this.#applied.has(index) || this.#here.has(index)) continue
      const request = this.#requests.get(index)
      if (request === undefined || nowMs - request.askedMs >= CHUNK_REQUEST_MS) indexes.push(index)
    }
    return indexes
  }

  /** Who was asked for a chunk before. */
  askedFor(index: number): ReadonlySet<string> {
    return this.#requests.get(index)?.asked ?? new Set()
  }

  ask(index: number, peer: string, nowMs: number): void {
    const request = this.#requests.get(index)
    if (request === undefined)
      this.#requests.set(index, { peer, askedMs: nowMs, asked: new Set([peer]) })
    else {
      request.peer = peer
      request.askedMs = nowMs
      request.asked.add(peer)
    }
  }

  /** A chunk came; false if nobody asked the sender for it. */
  add(chunk: ReceivedChunk): boolean {
    const { index, sender } = chunk
    if (this.#here.has(index) || this.#applied.has(index)) return true
    const request = this.#requests.get(index)
    if (request?.asked.has(sender) !== true) return false
    this.#requests.delete(index)
    this.#here.set(index, chunk)
    return true
  }

  /** A peer has not the chunk, or is gone: somebody else is to be asked. */
  giveUp(peer: string, index?: number): void {
    for (const [asked, request] of this.#requests)
      if (request.peer === peer && (index === undefined || index === asked))
        request.askedMs = Number.NEGATIVE_INFINITY
  }

  /** The next chunk was applied. */
  advance(): void {
    this.#here.delete(this.#first)
    this.#applied.add(this.#first)
    while (this.#applied.has(this.#first)) this.#first++
  }

  /** Fetches a chunk again, and applies it again. */
  refetch(index: number): void {
    if (index < 0 || index >= this.#snapshot.chunks) return
    this.#here.delete(index)
    this.#applied.delete(index)
    this.#first = Math.min(this.#first, index)
  }

  /** Forgets what a peer sent that is not applied yet. */
  discardOf(sender: string): void {
    for (const [index, chunk] of this.#here) if (chunk.sender === sender) this.#here.delete(index)
  }
}
