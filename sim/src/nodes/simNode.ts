/** A computer in a simulated network: its disk and clock stay, its process comes and goes. */

import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { RandomSource } from '@wadi/base/random'
import { Engine } from '@wadi/engine/engine'
import type { PrivateValidator } from '@wadi/engine/private-validator'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { DEFAULT_ROUND_CONFIG, type RoundConfig } from '@wadi/tendermint/round/timeouts'
import type { Behaviour } from '../byzantine/behaviour.ts'
import type { OpenedApplication, SimChain } from '../chains/simChain.ts'
import type { NetworkNode } from '../world/network.ts'
import { NodeTime, type VirtualTime } from '../world/virtualTime.ts'
import type { Bug } from './bug.ts'
import type { AppliedBlock } from './engineTypes.ts'

/** What of a node's log is shown when something fails. */
const LOG_LINES = 40

/** How long simulated nodes wait: less than real ones, so that a minute holds more rounds. */
export const SIM_ROUND_CONFIG: RoundConfig = {
  ...DEFAULT_ROUND_CONFIG,
  timeoutProposeMs: 1000,
  timeoutProposeDeltaMs: 300,
  timeoutPrevoteMs: 500,
  timeoutPrevoteDeltaMs: 300,
  timeoutPrecommitMs: 500,
  timeoutPrecommitDeltaMs: 300,
  timeoutCommitMs: 1500,
}

/** What a node is given once, and what it tells. */
export interface NodeOptions {
  readonly index: number
  readonly chain: SimChain
  readonly time: VirtualTime
  readonly random: RandomSource
  readonly skewMs: number
  /** Opens the key, each time that the process begins. */
  readonly openKey: (files: MemoryFiles) => PrivateValidator
  /** What it does instead, if it is byzantine. */
  readonly behaviours: (time: NodeTime) => readonly Behaviour[]
  readonly bug: Bug | undefined
  readonly onApplied: (node: SimNode, opened: OpenedApplication, applied: AppliedBlock) => void
  /** The process cannot go on, or could not begin. Told once for each life. */
  readonly onDead: (node: SimNode, error: unknown) => void
}

/** One life of a process. */
export interface Life {
  readonly engine: Engine
  readonly opened: OpenedApplication
  readonly time: NodeTime
  readonly network: NetworkNode
  readonly behaviours: readonly Behaviour[]
}

const MS_PER_SECOND = 1000
const MS_DIGITS = 3

/** See the top of this file. */
export class SimNode {
  readonly id: string
  readonly index: number
  readonly files = new MemoryFiles()
  readonly log = new MemoryLog(LOG_LINES)
  readonly #options: NodeOptions
  #life: Life | undefined
  #hasDied = false
  #skewMs: number
  /** What it takes to do anything; more than nothing makes it slow. */
  costMs = 0
  #busyUntilMs = 0

  constructor(options: NodeOptions) {
    this.#options = options
    this.index = options.index
    this.id = `node${options.index}`
    this.#skewMs = options.skewMs
  }

  get life(): Life | undefined {
    return this.#life
  }

  get isAlive(): boolean {
    return this.#life !== undefined
  }

  /** Starts the process; undefined if it does not live to see the end of that. */
  start(): Life | undefined {
    const { time, chain } = this.#options
    const startMs = Number(chain.genesis.time.seconds) * MS_PER_SECOND
    const own = new NodeTime(time, startMs, this.#skewMs)
    this.#busyUntilMs = 0
    this.#hasDied = false
    try {
      const life = this.#open(own)
      if (!this.#hasDied) this.#life = life
    } catch (error) {
      own.end()
      this.#die(error)
    }
    return this.#life
  }

  /** Does something in the process, which may end it. */
  guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#die(error)
    }
  }

  #die(error: unknown): void {
    if (this.#hasDied) return
    this.#hasDied = true
    this.#options.onDead(this, error)
  }

  #open(own: NodeTime): Life {
    const { chain, time, ...options } = this.#options
    const behaviours = options.behaviours(own)
    const opened = chain.open(this.index, this.files)
    let { application } = opened
    for (const { wrap } of behaviours) application = wrap?.(application) ?? application
    const engine = new Engine({
      world: {
        clock: own,
        timers: { after: (ms, run) => own.after(ms, () => this.guarded(run)) },
        random: options.random,
        files: this.files,
        log: createLogger(this.id, (record) => {
          if (record.level === 'debug') return
          const seconds = (time.nowMs / MS_PER_SECOND).toFixed(MS_DIGITS)
          this.log.sink({ ...record, fields: { ...record.fields, at: seconds } })
        }),
        metrics: new MetricsRegistry(),
      },
      folder: 'engine',
      genesis: chain.genesis,
      application,
      dialect: chain.dialect,
      privateValidator: options.openKey(this.files),
      config: { rounds: SIM_ROUND_CONFIG },
      onFatal: (error) => this.#die(error),
      onApplied: (applied) => options.onApplied(this, opened, applied),
      ...(options.bug?.step && { step: options.bug.step }),
    })
    const network = { id: this.id, reactors: engine.reactors }
    return { engine, opened, time: own, network, behaviours }
  }

  /** The process is gone, without a word. The disk is not touched. */
  kill(): void {
    if (this.#life === undefined) return
    this.#skewMs = this.#life.time.skewMs
    this.#life.time.end()
    this.#life = undefined
  }

  jump(ms: number): void {
    if (this.#life === undefined) this.#skewMs += ms
    else this.#life.time.jump(ms)
  }

  /** When what arrives now is looked at; undefined: at once. */
  delayMs(nowMs: number): number | undefined {
    if (this.costMs === 0 && this.#busyUntilMs <= nowMs) return undefined
    this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs) + this.costMs
    return this.#busyUntilMs - nowMs
  }
}
