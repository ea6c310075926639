/**
 * Goes through the heights of the consensus layer and the blocks of a runtime, in their order, and
 * tells what they mean for an executor. One thing at a time; who is far behind leaves heights out.
 */

import { equalBytes } from '@wadi/base/bytes'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import type { Namespace } from '@wadi/primitives/namespace'
import type { RoundInput } from '@wadi/runtime-executor/round/input'
import type { Ask } from '../chain.ts'
import { WATCH_RETRY_MS, WATCHED_HEIGHTS_MAX } from '../limits.ts'
import { SoleWork } from '../shells/soleWork.ts'
import type { RoundBases } from './roundBases.ts'

/** What is watched, and who is told. */
export interface ConsensusWatchOptions {
  readonly ask: Ask
  readonly bases: RoundBases
  readonly runtimeId: Namespace
  readonly timers: Timers
  readonly log: Logger
  readonly tell: (input: RoundInput) => void
  readonly onFatal: (error: unknown) => void
}

/** See the top of this file. */
export class ConsensusWatch {
  readonly #options: ConsensusWatchOptions
  /** The last height that there is, and the last that was told. */
  #height = 0n
  #told = 0n
  /** The last block of the runtime, until it is told: an older one means nothing any more. */
  #block: AnnotatedBlock | undefined
  readonly #work: SoleWork

  constructor(options: ConsensusWatchOptions) {
    this.#options = options
    this.#work = new SoleWork({
      ...options,
      work: async () => {
        while (!this.#work.isStopped && (await this.#tellNext()));
      },
      failure: 'the consensus layer cannot be read',
      retryMs: () => WATCH_RETRY_MS,
    })
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    if (height <= this.#height) return
    this.#height = height
    const first = height - BigInt(WATCHED_HEIGHTS_MAX)
    if (this.#told < first) this.#told = first
    this.#work.go()
  }

  /** To be called when a block of the runtime is final. */
  committed(block: AnnotatedBlock): void {
    const { consensusHeight: height } = block
    this.#block = block
    if (height > this.#height) this.#height = height
    // What happened before the height of a block that is there already means nothing any more.
    if (this.#told < height - 1n) this.#told = height - 1n
    this.#work.go()
  }

  /** Tells nothing more; answers when it has come to rest. */
  stop(): Promise<void> {
    return this.#work.stop()
  }

  /** Heights up to a block come before it: what was committed there was committed before. */
  async #tellNext(): Promise<boolean> {
    const block = this.#block
    const hasHeight = this.#told < this.#height
    const isDue = block !== undefined && this.#told >= block.consensusHeight
    if (isDue) await this.#tellBlock(block)
    else if (hasHeight) await this.#tellHeight(this.#told + 1n)
    return isDue || hasHeight
  }

  async #tellBlock(block: AnnotatedBlock): Promise<void> {
    const { bases, tell } = this.#options
    const base = await bases.upon(block)
    if (this.#work.isStopped) return
    if (this.#block === block) this.#block = undefined
    tell({ kind: 'new-block', base })
  }

  async #tellHeight(height: bigint): Promise<void> {
    const { ask, runtimeId, tell } = this.#options
    const [events, future] = await Promise.all([
      ask('RootHash/GetEvents', height),
      ask('Beacon/GetFutureEpoch', height),
    ])
    if (this.#work.isStopped) return
    if (this.#told < height) this.#told = height
    for (const event of events) {
      if (!equalBytes(event.runtimeId, runtimeId)) continue
      const { executorCommitted: committed, executionDiscrepancy: discrepancy } = event
      if (committed !== undefined)
        tell({ kind: 'commitment', commitment: committed.commit, seen: 'block' })
      if (discrepancy !== undefined) {
        const { round, rank } = discrepancy
        tell({ kind: 'discrepancy', height, round, rank })
      }
    }
    tell({ kind: 'consensus-block', height, isEpochNext: future?.height === height + 1n })
  }
}
