/** Streams of a node, heard in its own process. */

import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timer, Timers } from '@wadi/base/timers'
import { decode, type Schema } from '@wadi/cbor/codec'
import type { NodeApi } from '@wadi/node-api/node-api'
import { WATCH_AGAIN_MS } from '../limits.ts'

/** A node that answers and tells. */
export type WatchedNode = Pick<NodeApi, 'methods' | 'watch'>

/** What watching needs. */
export interface ChainWatchOptions {
  readonly node: WatchedNode
  readonly timers: Timers
  readonly log: Logger
  readonly onFatal: (error: unknown) => void
}

/** What is watched. */
export interface Watched<A> {
  readonly name: string
  readonly item: Schema<A>
  readonly take: (item: A) => void
}

/** See the top of this file. A stream that breaks off is begun again after a while. */
export class ChainWatch {
  readonly #options: ChainWatchOptions
  readonly #life = new AbortController()
  readonly #stops = new Set<() => void>()
  readonly #waiting = new Set<Timer>()

  constructor(options: ChainWatchOptions) {
    this.#options = options
  }

  /** Runs as soon as the node has caught up: what was long ago is no news. */
  whenSynced(run: () => void): void {
    const { signal } = this.#life
    const { node, onFatal } = this.#options
    const wait = async () => node.methods['NodeController/WaitSync']?.answer(undefined, { signal })
    wait()
      .then(() => {
        if (!signal.aborted) run()
      })
      .catch((error: unknown) => {
        if (!signal.aborted) onFatal(error)
      })
  }

  watch<A>(watched: Watched<A>): void {
    const { name, item, take } = watched
    const { node, timers, log, onFatal } = this.#options
    const { signal } = this.#life
    if (signal.aborted) return
    const again = (error: unknown) => {
      if (!isTold(error)) return onFatal(error)
      log.warn('a stream of the node broke off', { name, why: error.message })
      const timer = timers.after(WATCH_AGAIN_MS, () => {
        this.#waiting.delete(timer)
        this.watch(watched)
      })
      this.#waiting.add(timer)
    }
    const send = (bytes: Uint8Array) => {
      if (!signal.aborted) take(decode(item, bytes))
      return !signal.aborted
    }
    this.#stops.add(
      node.watch(name, undefined, { send, drained: async () => undefined, fail: again }),
    )
  }

  stop(): void {
    this.#life.abort()
    for (const stop of this.#stops) stop()
    for (const timer of this.#waiting) timer.cancel()
  }
}
