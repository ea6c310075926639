/** What a node does with its state between blocks: checkpoints, pruning, giving space back. */

import type { Clock } from '@wadi/base/clock'
import { UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Parameters } from '@wadi/consensus/consensus'
import {
  type CheckpointParameters,
  planCheckpoints,
} from '@wadi/consensus-services/application/checkpointSchedule'
import {
  decidePruning,
  type PruneVeto,
  type Pruning,
} from '@wadi/consensus-services/application/pruning'
import { logEvents } from '@wadi/contracts/log-events'
import type { TreeState } from './treeState.ts'

/** A chunk of a checkpoint, where the parameters do not say how large one is. */
const CHUNK_SIZE = 8_388_608n

/** What the network says of checkpoints. */
export type UpkeepParameters = CheckpointParameters & Pick<Parameters, 'stateCheckpointChunkSize'>

/** How a node looks after its state. */
export interface UpkeepOptions {
  /** Everything is kept unless told otherwise. */
  readonly pruning?: Pruning
  /** So many versions are pruned together. */
  readonly pruneBatch?: bigint
  /** Fewer are pruned when so much time has passed since the last time; without, they wait. */
  readonly pruneIntervalMs?: number
  /** By which that time passes. */
  readonly clock?: Clock
  readonly vetoes?: readonly PruneVeto[]
  /** Checkpoints are made as the network's parameters say, unless the operator wants none. */
  readonly checkpoints?: 'made' | 'none'
  /** Into so many parts the state is cut for a checkpoint; 1 is the sequential algorithm. */
  readonly checkpointSubtrees?: number
  /** When to go on; everything is done at once without. */
  readonly timers?: Timers | undefined
  readonly logger: Logger
}

/** Looks after a state, one small step at a time. */
export class TreeUpkeep {
  readonly #state: TreeState
  readonly #initialHeight: bigint
  readonly #options: UpkeepOptions
  #parameters: UpkeepParameters | undefined
  #work: Generator<void> | undefined
  #timer: Timer | undefined
  #prunedMs: number

  constructor(state: TreeState, initialHeight: bigint, options: UpkeepOptions) {
    this.#state = state
    this.#initialHeight = initialHeight
    this.#options = options
    this.#prunedMs = options.clock?.monotonicMs() ?? 0
  }

  /** Blocks below this height are no longer needed; zero keeps all. */
  get retainHeight(): bigint {
    const { pruning } = this.#options
    if (pruning === undefined || pruning.strategy === 'none') return 0n
    return this.#state.database.earliestVersion ?? 0n
  }

  /** A block was committed. */
  wake(parameters: UpkeepParameters): void {
    this.#parameters = parameters
    this.#work ??= this.#begin()
    if (this.#options.timers === undefined) while (this.#step());
    else this.#timer ??= this.#options.timers.after(0, () => this.#goOn())
  }

  /** Stops in the middle of whatever it does. */
  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#work?.return(undefined)
    this.#work = undefined
  }

  #goOn(): void {
    this.#timer = undefined
    if (this.#step()) this.#timer = this.#options.timers?.after(0, () => this.#goOn())
  }

  /** Does a little; false if nothing is left to do. */
  #step(): boolean {
    const { done } = this.#work?.next() ?? { done: true }
    if (done === true) this.#work = undefined
    return done !== true
  }

  *#begin(): Generator<void> {
    try {
      yield* this.#makeCheckpoints()
      yield* this.#prune()
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      this.#options.logger.warn('looking after the state has to wait', { why: error.message })
    }
  }

  *#makeCheckpoints(): Generator<void> {
    const { earliestVersion: earliest, latestVersion: latest } = this.#state.database
    const parameters = this.#parameters
    if (this.#options.checkpoints === 'none' || parameters === undefined) return
    if (earliest === undefined || latest === undefined) return
    const checkpoints = this.#state.checkpoints().map(({ root }) => root.version)
    const history = { checkpoints, earliest, latest, initial: this.#initialHeight }
    const { create, remove } = planCheckpoints(history, parameters)
    const chunkSize = Number(parameters.stateCheckpointChunkSize || CHUNK_SIZE)
    const { checkpointSubtrees: subtrees = 1, logger } = this.#options
    for (const version of create) {
      yield* this.#state.makeCheckpoint(version, { chunkSize, subtrees })
      logger.info('made a checkpoint of the state', { height: version })
    }
    for (const version of remove) this.#state.removeCheckpoint(version)
  }

  *#prune(): Generator<void> {
    const { pruning, pruneBatch = 64n, vetoes = [], logger } = this.#options
    const { database } = this.#state
    const { earliestVersion: earliest, latestVersion: latest } = database
    if (pruning === undefined || latest === undefined) return
    const range = decidePruning(pruning, { earliest, latest }, vetoes)
    if (range === undefined || range.to === range.from) return
    if (range.to - range.from < pruneBatch && !this.#isPruningLate()) return
    this.#prunedMs = this.#options.clock?.monotonicMs() ?? 0
    for (let version = range.from; version < range.to; version++) {
      logger.debug('a version of the state is dropped', { version, log_event: logEvents.prune })
      database.prune(version)
      yield
    }
    while (database.compact()) yield
  }

  #isPruningLate(): boolean {
    const { clock, pruneIntervalMs } = this.#options
    if (clock === undefined || pruneIntervalMs === undefined) return false
    return clock.monotonicMs() - this.#prunedMs >= pruneIntervalMs
  }
}
