/**
 * What a node does with the trees and blocks of a runtime while rounds go on: it makes checkpoints
 * for others, and drops what nobody needs. One small step at a time, so that nothing waits.
 */

import { setImmediate as breathe } from 'node:timers/promises'
import type { Clock } from '@wadi/base/clock'
import { assert } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type { RuntimeState } from '@wadi/consensus/roothash'
import type { Header } from '@wadi/consensus/roothash/block'
import type { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import type { Root } from '@wadi/mkvs/roots'
import type { CheckpointFiles } from '@wadi/node-storage/checkpoint-files'
import { planCheckpoints } from '@wadi/runtime-executor/sync/checkpointSchedule'
import { firstKeptRound } from '@wadi/runtime-executor/sync/prune'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import type { Ask } from '../chain.ts'
import type { RoundHistory } from '../history/roundHistory.ts'
import { UPKEEP_RETRY_MS } from '../limits.ts'
import { SoleWork } from '../shells/soleWork.ts'
import type { RuntimeStore } from '../store/runtimeStore.ts'

/** How checkpoints are made. */
export interface CheckpointChoices {
  /** How often it is looked whether one is due. */
  readonly checkMs: number
  /** Into so many parts a tree is cut; 1 is the sequential algorithm. */
  readonly subtrees: number
}

/** What is kept. */
export interface PruningChoices {
  readonly rounds: bigint
  /** How often the others are dropped. */
  readonly intervalMs: number
}

/** What an operator chose; what is left out is not done. */
export interface UpkeepChoices {
  readonly checkpoints?: CheckpointChoices | undefined
  readonly pruning?: PruningChoices | undefined
}

/** What is looked after. */
export interface StoreUpkeepOptions extends UpkeepChoices {
  readonly ask: Ask
  readonly history: RoundHistory
  readonly store: RuntimeStore
  readonly files: CheckpointFiles
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Logger
  /** While it is, no checkpoints are begun; asked with each round. */
  readonly isPaused: () => boolean
  /** Is told how long it took to drop a round's trees. */
  readonly onPruned?: (ms: number) => void
  readonly onFatal: (error: unknown) => void
}

const LAST_HEIGHT = 0n
/** A chunk of a checkpoint, where the descriptor does not say how large one is. */
const CHUNK_SIZE = 8_388_608n

/** See the top of this file. */
export class StoreUpkeep {
  readonly #options: StoreUpkeepOptions
  readonly #work: SoleWork
  /** The checkpoints that there are; undefined before they were looked for. */
  #known: readonly Metadata[] | undefined
  #checkedMs = Number.NEGATIVE_INFINITY
  #prunedMs = Number.NEGATIVE_INFINITY
  #leave: (() => void) | undefined

  constructor(options: StoreUpkeepOptions) {
    this.#options = options
    this.#work = new SoleWork({
      ...options,
      work: () => this.#lookAfter(),
      failure: 'looking after the trees of a runtime has to wait',
      retryMs: () => UPKEEP_RETRY_MS,
    })
  }

  /** Begins with the next round. */
  start(): void {
    this.#leave = this.#options.history.watchSeen(() => this.#work.go())
  }

  /** Ends in the middle of whatever it does; answers when it has come to rest. */
  stop(): Promise<void> {
    this.#leave?.()
    return this.#work.stop()
  }

  async #lookAfter(): Promise<void> {
    const { checkpoints, pruning, clock, history, ask, isPaused } = this.#options
    const nowMs = clock.monotonicMs()
    const isCheckDue =
      checkpoints !== undefined && !isPaused() && nowMs - this.#checkedMs >= checkpoints.checkMs
    const isPruneDue = pruning !== undefined && nowMs - this.#prunedMs >= pruning.intervalMs
    if (!isCheckDue && !isPruneDue) return
    const query = { runtimeId: history.runtimeId, height: LAST_HEIGHT }
    const state = await ask('RootHash/GetRuntimeState', query)
    if (isCheckDue) {
      this.#checkedMs = nowMs
      await this.#checkpoint(checkpoints, state)
    }
    if (isPruneDue) {
      this.#prunedMs = nowMs
      await this.#prune(pruning, state)
    }
  }

  async #checkpoint(
    { subtrees }: CheckpointChoices,
    { runtime, genesisBlock }: RuntimeState,
  ): Promise<void> {
    const { store, files, log } = this.#options
    const { lastRound: round, earliestRound: earliest } = store
    if (runtime === undefined || genesisBlock === undefined) return
    if (round === undefined || earliest === undefined) return
    const { checkpointInterval, checkpointNumKept, checkpointChunkSize } = runtime.storage
    this.#known ??= files.list()
    const plan = planCheckpoints(
      {
        interval: checkpointInterval,
        keptCount: checkpointNumKept,
        genesisRound: genesisBlock.header.round,
      },
      { round, earliest, existing: byRound(this.#known) },
    )
    const chunkSize = Number(checkpointChunkSize || CHUNK_SIZE)
    for (const due of plan.create) {
      const isMade = await this.#make(due, { chunkSize, subtrees })
      if (isMade) log.info('made a checkpoint of a runtime', { round: due })
    }
    if (this.#work.isStopped) return
    for (const old of plan.remove) this.#remove(old)
  }

  /** Makes both checkpoints of a round, or none; also where a round was left out of the store. */
  async #make(
    round: bigint,
    sizes: { readonly chunkSize: number; readonly subtrees: number },
  ): Promise<boolean> {
    const { history, store } = this.#options
    const header = history.committedBlock(round)?.block.header
    if (header === undefined || !store.hasRound(header) || this.#work.isStopped) return false
    const made: Metadata[] = []
    try {
      for (const root of rootsOf(header)) {
        const metadata = await this.#makeOne(root, sizes)
        if (metadata === undefined) return false
        made.push(metadata)
      }
      this.#known = [...(this.#known ?? []), ...made]
      return true
    } finally {
      if (made.length < rootsOf(header).length) this.#removeRoots(rootsOf(header))
    }
  }

  /** One chunk at a time; undefined if it was stopped. */
  async #makeOne(
    root: Root,
    sizes: { readonly chunkSize: number; readonly subtrees: number },
  ): Promise<Metadata | undefined> {
    const { store, files } = this.#options
    const tree = store.openTree(root)
    try {
      const steps = files.createInSteps({ tree, ...sizes })
      for (;;) {
        const { done, value } = steps.next()
        if (done === true) return value
        await breathe()
        if (this.#work.isStopped) return undefined
      }
    } finally {
      tree.dispose()
    }
  }

  #remove(round: bigint): void {
    const gone = (this.#known ?? []).filter(({ root }) => root.version === round)
    this.#known = this.#known?.filter(({ root }) => root.version !== round)
    this.#removeRoots(gone.map(({ root }) => root))
  }

  #removeRoots(roots: readonly { readonly version: bigint; readonly hash: Uint8Array }[]): void {
    for (const root of roots) this.#options.files.remove(root)
  }

  async #prune({ rounds }: PruningChoices, { lastNormalRound }: RuntimeState): Promise<void> {
    const { history, store } = this.#options
    for (;;) {
      const { earliestRound: first, lastRound: latest } = history
      if (first === undefined || latest === undefined || this.#work.isStopped) return
      const kept = firstKeptRound({
        first,
        latest,
        keptCount: rounds,
        lastNormalRound,
        lastSyncedRound: store.lastRound,
      })
      if (kept !== undefined) await history.pruneBefore(kept)
      await this.#pruneTrees()
      if (kept === undefined) return
    }
  }

  /** Trees of rounds that the history does not have any more. */
  async #pruneTrees(): Promise<void> {
    const { history, store, clock, onPruned } = this.#options
    const first = history.earliestRound
    assert(first !== undefined, 'the last round is never pruned')
    while (!this.#work.isStopped) {
      const { earliestRound: version, lastRound } = store
      if (version === undefined || version >= first || version === lastRound) break
      const beganMs = clock.monotonicMs()
      store.prune(version)
      onPruned?.(clock.monotonicMs() - beganMs)
      await breathe()
    }
    while (!this.#work.isStopped && store.database.compact()) await breathe()
  }
}

function rootsOf(header: Header): readonly Root[] {
  return [stateRootOf(header), ioRootOf(header)]
}

/** How many trees of each round have a checkpoint. */
function byRound(all: readonly Metadata[]) {
  const counts = new Map<bigint, number>()
  for (const { root } of all) counts.set(root.version, (counts.get(root.version) ?? 0) + 1)
  return Array.from(counts, ([round, treeCount]) => ({ round, treeCount }))
}
