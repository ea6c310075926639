/** Names of peers that nobody knows yet: a node goes on without those, and asks for them again. */

import { UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timer, Timers } from '@wadi/base/timers'

/** So long until the names that nobody knew are asked for again. */
const RETRY_MS = 60_000

/** A peer with a name, and where it is written. */
export interface NamedPeer {
  readonly key: string
  readonly peer: string
}

interface Unknown extends NamedPeer {
  /** Throws an `UnavailableError` while nobody knows the name. */
  readonly retry: () => Promise<void>
}

/** What it needs of its node. */
export interface PeerNamesOptions {
  readonly timers: Timers
  readonly log: Logger
  /** Stops it. */
  readonly ending?: AbortSignal
}

/** See the top of this file. */
export class PeerNames {
  readonly #timers: Timers
  readonly #log: Logger
  readonly #stopped = Promise.withResolvers<undefined>()
  #unknown: readonly Unknown[] = []
  #timer: Timer | undefined
  #isStopped = false

  constructor({ timers, log, ending }: PeerNamesOptions) {
    this.#timers = timers
    this.#log = log
    ending?.addEventListener('abort', () => this.stop(), { once: true })
  }

  /**
   * What looking a peer up gives; undefined if nobody knows its name, and then whoever asked hears
   * of it as soon as somebody does. One name that is lost must not keep a node from starting, nor
   * from stopping: then it is undefined, too.
   */
  async find<T>(
    { key, peer }: NamedPeer,
    lookUp: () => Promise<T>,
    onFound: (found: T) => void,
  ): Promise<T | undefined> {
    try {
      return await Promise.race([lookUp(), this.#stopped.promise])
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      this.#log.error('the host of a peer is not known: the node asks again', {
        key,
        peer,
        why: error.message,
      })
      const retry = async () => onFound(await lookUp())
      this.#unknown = [...this.#unknown, { key, peer, retry }]
      this.#wait()
      return undefined
    }
  }

  /** Asks for nothing any more, and has nobody wait. */
  stop(): void {
    this.#isStopped = true
    this.#stopped.resolve(undefined)
    this.#timer?.cancel()
  }

  #wait(): void {
    if (this.#isStopped || this.#timer !== undefined || this.#unknown.length === 0) return
    this.#timer = this.#timers.after(RETRY_MS, () => {
      this.#timer = undefined
      void this.#askAgain()
    })
  }

  async #askAgain(): Promise<void> {
    const asked = this.#unknown
    const left = await Promise.all(asked.map((one) => this.#retry(one)))
    // Whoever was added meanwhile waits, too.
    const added = this.#unknown.filter((one) => !asked.includes(one))
    this.#unknown = [...left.filter((one) => one !== undefined), ...added]
    this.#wait()
  }

  async #retry(one: Unknown): Promise<Unknown | undefined> {
    const { key, peer, retry } = one
    if (this.#isStopped) return undefined
    try {
      await retry()
      this.#log.info('the host of a peer is known now', { key, peer })
      return undefined
    } catch (error) {
      if (error instanceof UnavailableError) return one
      throw error
    }
  }
}
