/**
 * Finds the blocks of a runtime in those of the consensus layer, from where its history ends, and
 * goes on as the chain does. The runtime's history is ready when everything that can still
 * be read of the past is in it.
 */

import type { Clock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import { errors as consensus } from '@wadi/consensus/consensus/errors'
import type { IndexerStatus, ReindexStatus } from '@wadi/consensus/control/runtimeStatus'
import type { RuntimeState } from '@wadi/consensus/roothash'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { errors as roothash } from '@wadi/consensus/roothash/errors'
import { logEvents } from '@wadi/contracts/log-events'
import type { Ask } from '../chain.ts'
import { INDEXED_HEIGHTS_MAX } from '../limits.ts'
import { SoleWork } from '../shells/soleWork.ts'
import type { RoundHistory } from './roundHistory.ts'

/** What an indexer works with. */
export interface RoundIndexerOptions {
  readonly ask: Ask
  readonly history: RoundHistory
  readonly log: Logger
  readonly timers: Timers
  readonly clock: Clock
  /** How long it waits after so many failures in a row. */
  readonly retryMs: (failures: number) => number
  /** Heights that are looked through before what was found is written. */
  readonly indexedAtOnce?: number
  /** Is told of a fault of ours; it has stopped. */
  readonly onFatal: (error: unknown) => void
}

/** A search through the past: from where, and since when. */
interface Reindex {
  readonly start: bigint
  readonly beganMs: number
}

/** See the top of this file. */
export class RoundIndexer {
  readonly #options: RoundIndexerOptions
  /** The last height that there is. */
  #height = 0n
  /** The last height that was looked at. */
  #seen = 0n
  readonly #work: SoleWork
  #reindex: Reindex | undefined
  #hasBegun = false

  constructor(options: RoundIndexerOptions) {
    this.#options = options
    this.#seen = options.history.lastHeight
    this.#work = new SoleWork({
      ...options,
      work: () => this.#catchUp(),
      failure: 'the blocks of a runtime cannot be indexed',
    })
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    if (height <= this.#height || this.#work.isStopped) return
    this.#height = height
    this.#work.go()
  }

  /** Looks at nothing more; answers when it has come to rest. */
  stop(): Promise<void> {
    return this.#work.stop()
  }

  /** How far it is, as a node's status says it. */
  get status(): IndexerStatus {
    const { history } = this.#options
    const lastRound = history.lastRound ?? 0n
    if (this.#work.isStopped) return { status: 'stopped', lastRound, reindexStatus: undefined }
    if (history.isReady) return { status: 'indexing', lastRound, reindexStatus: undefined }
    if (this.#reindex === undefined)
      return { status: 'started', lastRound, reindexStatus: undefined }
    return { status: 'reindexing', lastRound, reindexStatus: this.#progress(this.#reindex) }
  }

  get #batchSize(): number {
    return this.#options.indexedAtOnce ?? INDEXED_HEIGHTS_MAX
  }

  #progress({ start, beganMs }: Reindex): ReindexStatus {
    const { clock } = this.#options
    const elapsedMs = clock.monotonicMs() - beganMs
    const done = this.#seen < start ? 1n : this.#seen - start + 1n
    const remainingMs = (elapsedMs * Number(this.#height - this.#seen)) / Number(done)
    return {
      batchSize: this.#batchSize,
      lastHeight: this.#seen,
      startHeight: start,
      endHeight: this.#height,
      eta: BigInt(Math.floor((clock.unixMs() + remainingMs) / 1000)),
    }
  }

  async #catchUp(): Promise<void> {
    this.#tellBeginning()
    while (this.#seen < this.#height && !this.#work.isStopped) await this.#indexBatch()
    if (!this.#work.isStopped && !this.#options.history.isReady) await this.#becomeReady()
  }

  /** COMPAT(oasis-core): once after each start, also if there turns out to be nothing new. */
  #tellBeginning(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    const { history, log } = this.#options
    const facts = { runtime: history.runtimeId, height: this.#seen }
    const log_event = logEvents.historyReindexing
    log.info('the past of a runtime is looked through', { ...facts, log_event })
  }

  async #indexBatch(): Promise<void> {
    const { ask, history, clock } = this.#options
    const retained = await ask('Consensus/GetLastRetainedHeight', undefined)
    const next = this.#seen + 1n
    const start = next < retained ? retained : next
    this.#reindex ??= { start, beganMs: clock.monotonicMs() }
    const last = start + BigInt(this.#batchSize) - 1n
    const end = last < this.#height ? last : this.#height
    const blocks: AnnotatedBlock[] = []
    for (let height = start; height <= end && !this.#work.isStopped; height++) {
      const block = blockOf(await this.#stateAt(height))
      if (block !== undefined && block.consensusHeight === height) blocks.push(block)
    }
    if (this.#work.isStopped) return
    await history.commit(blocks)
    this.#seen = end
  }

  /**
   * A node that took its state from others cannot read the height of the last block: it begins
   * with that block all the same. Before a runtime's first block there is nothing to be ready for.
   */
  async #becomeReady(): Promise<void> {
    const { history } = this.#options
    const block = blockOf(await this.#stateAt(this.#height))
    if (block === undefined) return
    if (history.lastHeight !== block.consensusHeight) await history.commit([block])
    history.ready()
  }

  /** Undefined where the state is not kept, and before there is a runtime. */
  async #stateAt(height: bigint): Promise<RuntimeState | undefined> {
    const { ask, history } = this.#options
    try {
      return await ask('RootHash/GetRuntimeState', { runtimeId: history.runtimeId, height })
    } catch (error) {
      const isMissing =
        error instanceof CodedError &&
        (isOf(error, consensus.versionNotFound()) || isOf(error, roothash.invalidRuntime()))
      if (!isMissing) throw error
      return undefined
    }
  }
}

function isOf(error: CodedError, other: CodedError): boolean {
  return error.module === other.module && error.code === other.code
}

function blockOf(state: RuntimeState | undefined): AnnotatedBlock | undefined {
  if (state?.lastBlock === undefined) return undefined
  return { consensusHeight: state.lastBlockHeight, block: state.lastBlock }
}
