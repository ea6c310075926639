/** Blocks as they come, each verified, and none left out. */

import { isTold } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { Block as BlockAnswer } from '@wadi/consensus/consensus/block'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { provenBlock } from './lightBlocks.ts'
import { WATCH_QUIET_MS } from './limits.ts'
import type { Providers } from './providers.ts'
import type { VerifiedFacts } from './verifiedFacts.ts'

type Result = IteratorResult<BlockAnswer>
const DONE: Result = { done: true, value: undefined }

/** What blocks are verified with. */
export interface BlockWatchParts {
  readonly facts: VerifiedFacts
  readonly providers: Providers
  readonly timers: Timers
}

/** Who is listened to, and what is waited for. */
interface Teller {
  readonly stream: AsyncIterableIterator<unknown>
  pending: Promise<IteratorResult<unknown>> | undefined
}

type Heard = 'told' | 'silence' | 'end'

/**
 * See the top of this file. What a node tells says only that there is something to look for: which
 * blocks there are is asked and verified. If it says nothing though there are blocks, or ends,
 * another one is listened to.
 */
export class BlockWatch implements AsyncIterableIterator<BlockAnswer> {
  readonly #parts: BlockWatchParts
  readonly #options: CallOptions
  #number: number
  #teller: Teller | undefined
  /** Who failed since somebody told something. */
  readonly #failed = new Set<number>()
  /** The next block to give; undefined before the first one. */
  #next: bigint | undefined
  #last = 0n
  #isOver = false

  constructor(parts: BlockWatchParts, options: CallOptions = {}) {
    this.#parts = parts
    this.#options = options
    this.#number = parts.providers.inOrder[0]!
    try {
      this.#listen()
    } catch (error) {
      // The first question meets it again, and goes on from there.
      if (!isTold(error)) throw error
    }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Result> {
    while (!this.#isOver && (this.#next === undefined || this.#next > this.#last)) {
      const heard = await this.#hear()
      if (heard === 'end') this.#isOver = true
      else if (!this.#isOver) await this.#look(heard)
    }
    if (this.#isOver) return DONE
    const height = this.#next!
    this.#next = height + 1n
    return { done: false, value: await provenBlock(this.#parts.facts, height) }
  }

  async return(): Promise<Result> {
    this.#isOver = true
    await this.#teller?.stream.return?.()
    return DONE
  }

  async #look(heard: Heard): Promise<void> {
    const wanted = this.#next
    this.#last = await this.#parts.facts.headers.latest()
    this.#next ??= this.#last
    const isMissed = heard === 'silence' && wanted !== undefined && wanted <= this.#last
    if (!isMissed || this.#turnAway('tells nothing of new blocks')) return
    // Nobody tells anything: whether there are blocks is seen without.
    this.#failed.clear()
  }

  /** Waits until somebody tells something, or nobody does for too long. */
  async #hear(): Promise<Heard> {
    for (;;) {
      const isWanted = () => !this.#isOver && this.#options.signal?.aborted !== true
      try {
        const heard = await this.#hearFrom(this.#listen())
        if (heard === 'told') this.#failed.clear()
        if (heard !== 'end' || !isWanted() || !this.#turnAway('ends its stream')) return heard
      } catch (error) {
        if (this.#isOver) return 'end'
        if (isTold(error) && isWanted() && this.#turnAway(error.message)) continue
        this.#isOver = true
        throw error
      }
    }
  }

  async #hearFrom(teller: Teller): Promise<Heard> {
    const { timers } = this.#parts
    const silence = Promise.withResolvers<Heard>()
    const timer = timers.after(WATCH_QUIET_MS, () => silence.resolve('silence'))
    teller.pending ??= teller.stream.next()
    const told = teller.pending.then(({ done }): Heard => (done === true ? 'end' : 'told'))
    try {
      const heard = await Promise.race([told, silence.promise])
      // What comes after the silence is heard the next time.
      if (heard !== 'silence') teller.pending = undefined
      return heard
    } finally {
      timer.cancel()
    }
  }

  /** Who is listened to. */
  #listen(): Teller {
    if (this.#teller !== undefined) return this.#teller
    const stream = this.#parts.providers.all[this.#number]!.watchBlocks(undefined, this.#options)
    this.#teller = { stream, pending: undefined }
    return this.#teller
  }

  /** Listens to another one, if there is one that has not failed. */
  #turnAway(why: string): boolean {
    const { providers } = this.#parts
    providers.turnFrom(this.#number, why)
    this.#failed.add(this.#number)
    const other = providers.inOrder.find((number) => !this.#failed.has(number))
    if (other === undefined) return false
    // Its end is of no interest, and may be long in coming.
    Promise.resolve(this.#teller?.stream.return?.()).catch(() => undefined)
    this.#teller = undefined
    this.#number = other
    return true
  }
}
