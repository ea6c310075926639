/** Follows a chain of which only headers are verified, so that it is known when it is asked for. */

import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Block } from '@wadi/consensus/consensus/block'
import type { LightNode } from '@wadi/sdk/light-node'
import type { TrustFile } from './trustFile.ts'

/** What following needs. */
export interface BlockFollowerOptions {
  readonly light: LightNode
  readonly file: TrustFile
  readonly timers: Timers
  readonly log: Logger
}

/** So long after a failure the chain is followed again. */
const AGAIN_MS = 1_000
/** A stream that has told nothing for so long is begun again: whoever tells may have stopped. */
const STALLED_MS = 60_000
/** So many blocks later the newest one is written down for the next start. */
const SAVE_BLOCKS = 100n

/** See the top of this file. */
export class BlockFollower {
  readonly #options: BlockFollowerOptions
  readonly #life = new AbortController()
  #timer: Timer | undefined
  #stalled: Timer | undefined
  #latest: Block | undefined
  #isFollowing = false
  #following = Promise.withResolvers<void>()
  #saved = 0n

  constructor(options: BlockFollowerOptions) {
    this.#options = options
  }

  /** The last block that was verified. */
  get latest(): Block | undefined {
    return this.#latest
  }

  /** Did somebody show the last block when it was asked for last? */
  get isFollowing(): boolean {
    return this.#isFollowing
  }

  /** Resolves when the chain is followed; never, if nobody can be believed. */
  get synced(): Promise<void> {
    return this.#following.promise
  }

  start(): void {
    const again = (why: unknown) => {
      if (this.#life.signal.aborted) return
      if (why !== undefined && !isTold(why)) throw why
      if (why !== undefined)
        this.#options.log.warn('the chain is not followed', { why: why.message })
      this.#timer = this.#options.timers.after(AGAIN_MS, () => this.start())
    }
    void this.#follow().then(() => again(undefined), again)
  }

  stop(): void {
    this.#life.abort()
    this.#timer?.cancel()
    this.#stalled?.cancel()
    if (this.#latest !== undefined) this.#options.file.save(this.#options.light.trusted)
  }

  async #follow(): Promise<void> {
    const { light, file, timers } = this.#options
    const stream = new AbortController()
    const signal = AbortSignal.any([this.#life.signal, stream.signal])
    const wait = () => {
      this.#stalled?.cancel()
      if (!this.#life.signal.aborted) this.#stalled = timers.after(STALLED_MS, () => stream.abort())
    }
    wait()
    // The first one is asked for: a chain that makes no blocks tells nothing.
    try {
      this.#take(await light.client.consensus.getBlock(0n, { signal }))
    } catch (error) {
      this.#lose()
      throw error
    }
    for await (const block of light.client.consensus.watchBlocks(undefined, { signal })) {
      this.#take(block)
      wait()
      if (block.height < this.#saved + SAVE_BLOCKS) continue
      this.#saved = block.height
      file.save(light.trusted)
    }
  }

  #take(block: Block): void {
    this.#latest = block
    this.#isFollowing = true
    this.#following.resolve()
  }

  #lose(): void {
    if (!this.#isFollowing) return
    this.#isFollowing = false
    this.#following = Promise.withResolvers()
  }
}
