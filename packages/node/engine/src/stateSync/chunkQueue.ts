/** The chunks of a snapshot: which are asked of whom, which are here, which is applied next. */

import type { Snapshot } from '@wadi/contracts/application'
import { CHUNK_WINDOW, CHUNKS_IN_FLIGHT } from './limits.ts'

/** A chunk and who sent it. */
export interface ReceivedChunk {
  readonly index: number
  readonly bytes: Uint8Array
  readonly sender: string
}

/** A chunk that was asked for. */
export interface ChunkRequest {
  /** The one who is asked now. */
  readonly peer: string
  /** -∞ if it is not waited for any more. */
  readonly askedMs: number
  /** Everybody who was asked; late answers are welcome. */
  readonly asked: ReadonlySet<string>
}

/** See the top of this file. */
export class ChunkQueue {
  readonly #snapshot: Snapshot
  readonly #requests = new Map<number, ChunkRequest>()
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

  /** Chunks that have to be asked for: those that are late, and new ones. */
  toAsk(isLate: (request: ChunkRequest) => boolean): readonly number[] {
    const indexes: number[] = []
    for (const [index, request] of this.#requests) if (isLate(request)) indexes.push(index)
    let inFlight = this.#requests.size
    const end = Math.min(this.#snapshot.chunks, this.#first + CHUNK_WINDOW)
    for (let index = this.#first; index < end; index++) {
      const isHere = this.#applied.has(index) || this.#here.has(index)
      if (isHere || this.#requests.has(index)) continue
      // Without the first one nothing goes on.
      if (inFlight >= CHUNKS_IN_FLIGHT && index > this.#first) break
      indexes.push(index)
      inFlight++
    }
    return indexes
  }

  /** Who was asked for a chunk that is not here, and when. */
  requestOf(index: number): ChunkRequest | undefined {
    return this.#requests.get(index)
  }

  ask(index: number, peer: string, nowMs: number): void {
    const before = this.#requests.get(index)?.asked ?? []
    this.#requests.set(index, { peer, askedMs: nowMs, asked: new Set([...before, peer]) })
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

  /** A peer has no chunks, or is gone: somebody else is to be asked. */
  giveUp(peer: string): void {
    for (const [index, request] of this.#requests)
      if (request.peer === peer)
        this.#requests.set(index, { ...request, askedMs: Number.NEGATIVE_INFINITY })
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
