/** Measures again and again what the process takes, while metrics are wanted. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MetricsRegistry } from '@wadi/base/metrics'
import type { Timer, Timers } from '@wadi/base/timers'
import type { NodeApi } from '@wadi/node-api/node-api'
import { folderSize } from './folderSize.ts'
import { FOLDER_LOOK_MS_MIN } from './limits.ts'
import {
  measureProcess,
  type ProcessInstruments,
  processMetrics,
  type ReadProc,
} from './processMetrics.ts'
import { measureRegistry, type RegistryInstruments, registryMetrics } from './registryMetrics.ts'

/** What is measured, and how often. */
export interface ResourceWatchOptions {
  readonly metrics: MetricsRegistry
  readonly timers: Timers
  readonly dataDir: string
  readonly intervalMs: number
  /** The calls of the node, once it has some. */
  readonly methods: () => NodeApi['methods'] | undefined
  /** The system's own unless told otherwise. */
  readonly readProc?: ReadProc
}

const STATE_FOLDER = 'application'
const INTERVAL_MS_MIN = 1_000

const readSystem: ReadProc = (name) => {
  try {
    return readFileSync(join('/proc', name), 'utf8')
  } catch {
    // Not every system has it, and it may be hidden.
    return undefined
  }
}

/** See the top of this file. */
export class ResourceWatch {
  readonly #options: ResourceWatchOptions
  readonly #process: ProcessInstruments
  readonly #registry: RegistryInstruments
  #processTimer: Timer | undefined
  #folderTimer: Timer | undefined
  #isOver = false

  constructor(options: ResourceWatchOptions) {
    this.#options = options
    this.#process = options.metrics.register(processMetrics)
    this.#registry = options.metrics.register(registryMetrics)
  }

  /** Measures at once, and from now on. */
  async start(): Promise<void> {
    this.#process.up.set(1)
    this.#measure()
    await this.#measureFolders()
  }

  stop(): void {
    this.#isOver = true
    this.#processTimer?.cancel()
    this.#folderTimer?.cancel()
    this.#process.up.set(0)
  }

  #measure(): void {
    const { timers, intervalMs, readProc = readSystem } = this.#options
    measureProcess(this.#process, readProc)
    const waitMs = Math.max(intervalMs, INTERVAL_MS_MIN)
    this.#processTimer = timers.after(waitMs, () => this.#measure())
  }

  /** What takes longer is looked at less often. */
  async #measureFolders(): Promise<void> {
    const { timers, intervalMs, dataDir, methods } = this.#options
    const table = methods()
    if (table !== undefined) measureRegistry(this.#registry, table)
    this.#process.folderBytes.set(await folderSize(dataDir))
    this.#process.stateBytes.set(await folderSize(join(dataDir, STATE_FOLDER)))
    if (this.#isOver) return
    const waitMs = Math.max(intervalMs, FOLDER_LOOK_MS_MIN)
    this.#folderTimer = timers.after(waitMs, () => void this.#measureFolders())
  }
}
