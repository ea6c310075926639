/** Blocks as they come, each verified, and none left out. */

import type { Block as BlockAnswer } from '@wadi/consensus/consensus/block'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { provenBlock } from './lightBlocks.ts'
import type { Providers } from './providers.ts'
import type { VerifiedFacts } from './verifiedFacts.ts'

type Result = IteratorResult<BlockAnswer>
const DONE: Result = { done: true, value: undefined }

/** What blocks are verified with. */
export interface BlockWatchParts {
  readonly facts: VerifiedFacts
  readonly providers: Providers
}

/**
 * See the top of this file. What the node tells says only that there is something to look for:
 * which blocks there are is asked and verified.
 */
export class BlockWatch implements AsyncIterableIterator<BlockAnswer> {
  readonly #facts: VerifiedFacts
  readonly #told: AsyncIterableIterator<unknown>
  /** The next block to give; undefined before the first one. */
  #next: bigint | undefined
  #last = 0n
  #isOver = false

  constructor({ facts, providers }: BlockWatchParts, options: CallOptions = {}) {
    this.#facts = facts
    this.#told = providers.all[0]!.watchBlocks(undefined, options)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Result> {
    if (this.#isOver) return DONE
    while (this.#next === undefined || this.#next > this.#last) {
      const { done } = await this.#told.next()
      if (done === true || this.#isOver) return DONE
      this.#last = await this.#facts.headers.latest()
      this.#next ??= this.#last
    }
    const height = this.#next
    this.#next = height + 1n
    return { done: false, value: await provenBlock(this.#facts, height) }
  }

  async return(): Promise<Result> {
    this.#isOver = true
    await this.#told.return?.()
    return DONE
  }
}
