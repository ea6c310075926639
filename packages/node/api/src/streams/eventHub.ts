/** Tells those who watch what each block tells; every item is made and encoded once for all. */

import { isTold } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import type { ApiView } from '@wadi/consensus-services/kernel/api'
import type { ChainViews } from '../chainViews.ts'
import type { Topic } from './topic.ts'
import { type Sink, Watcher } from './watcher.ts'

/** Those who watch a topic, by what they asked for; no name is everything. */
type Audience = Map<string | undefined, Set<Watcher>>

// biome-ignore lint/suspicious/noExplicitAny: topics of all types
function tellOne(topic: Topic<any, any>, audience: Audience, view: ApiView): void {
  for (const { item, to } of topic.told(view)) {
    const peers = audience.get(to)
    if (peers === undefined) continue
    const encoded = encode(topic.item, item)
    for (const watcher of Array.from(peers)) watcher.tell(encoded)
  }
}

/** One for a node. */
export class EventHub {
  readonly #views: ChainViews
  // biome-ignore lint/suspicious/noExplicitAny: topics of all types
  readonly #audiences = new Map<Topic<any, any>, Audience>()
  #count = 0

  constructor(views: ChainViews) {
    this.#views = views
  }

  /** How many watch. */
  get size(): number {
    return this.#count
  }

  /** Somebody watches from now on. Returns how to stop. */
  watch<Q, A>(topic: Topic<Q, A>, request: Q, sink: Sink): () => void {
    const watcher = new Watcher(sink, this.#firstOf(topic, request))
    if (watcher.isOver) return () => {}
    const name = topic.nameOf?.(request)
    const audience: Audience = this.#audiences.get(topic) ?? new Map()
    const peers = audience.get(name) ?? new Set()
    this.#audiences.set(topic, audience.set(name, peers.add(watcher)))
    this.#count++
    return () => {
      watcher.end()
      if (!peers.delete(watcher)) return
      this.#count--
      if (peers.size === 0 && audience.get(name) === peers) audience.delete(name)
      if (audience.size === 0 && this.#audiences.get(topic) === audience)
        this.#audiences.delete(topic)
    }
  }

  /**
   * Somebody watches what no block tells by itself. `begin` is given what encoded items are told
   * with, and returns how to stop.
   */
  watchOther(sink: Sink, begin: (tell: (item: Uint8Array) => void) => () => void): () => void {
    const watcher = new Watcher(sink, [])
    const stop = begin((item) => watcher.tell(item))
    this.#count++
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#count--
      watcher.end()
      stop()
    }
  }

  /** A block has been added, and its state is there. */
  tell(height: bigint): void {
    if (this.#count === 0) return
    const view = this.#views.at(height)
    for (const [topic, audience] of Array.from(this.#audiences))
      try {
        tellOne(topic, audience, view)
      } catch (error) {
        // What cannot be read is not the engine's trouble, which goes on.
        const isOurs = !isTold(error)
        if (isOurs) throw error
        for (const peers of Array.from(audience.values()))
          for (const watcher of Array.from(peers)) watcher.fail(error)
      }
  }

  /** Before the first block there is nothing to tell. What is there is read before it changes. */
  #firstOf<Q, A>({ first, item: schema }: Topic<Q, A>, request: Q): readonly Uint8Array[] {
    if (first === undefined || this.#views.source.lastHeight === 0n) return []
    return Array.from(first(this.#views.at(0n), request), (item) => encode(schema, item))
  }
}
