/** A node in this process, as its configuration says: with its log, its metrics, its calls. */

import { readFileSync } from 'node:fs'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, type Logger } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import type { NodeWorld } from '@wadi/compose/create-node'
import { type OpenLog, openLog } from '@wadi/compose/log-sink'
import { type NodeApiServer, serveNodeApi } from '@wadi/compose/node-api-server'
import { loadOrCreateNodeKeys } from '@wadi/compose/node-keys'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { countClients } from '@wadi/grpc/metrics'
import { internalSocketOf } from '@wadi/node-config/internal-socket'
import { logFileOf } from '@wadi/node-config/log-file'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { sentenceOf } from './exitCodes.ts'
import type { Misbehaviour, ModeNode, NodeContext } from './modes/modeNode.ts'
import { openMode } from './modes/openMode.ts'
import { levelsOf, publicAddressOf } from './nodeOptions.ts'
import { type Operations, openOperations } from './operations/operations.ts'

/** So long calls that have begun may go on. */
const CALLS_GRACE_MS = 1_000

/** How a node ended. */
export type NodeEnding =
  | { readonly kind: 'asked' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** What a node is run with. */
export interface RunningNodeOptions {
  readonly settings: Settings
  readonly dataDir: string
  /** Was the flag given that allows what is for tests? */
  readonly isForTests: boolean
  /** What it does that others do not. */
  readonly misbehaviour?: Misbehaviour
}

/** What it is opened by; tests have others, which are as slow as they want. */
export interface NodeOpeners {
  readonly openOperations: typeof openOperations
  readonly openMode: typeof openMode
  readonly serveNodeApi: typeof serveNodeApi
}

const OPENERS: NodeOpeners = { openOperations, openMode, serveNodeApi }

/** See the top of this file. */
export class RunningNode {
  readonly log: Logger
  readonly #options: RunningNodeOptions
  readonly #openers: NodeOpeners
  readonly #log: OpenLog
  readonly #world: NodeWorld
  readonly #ended = Promise.withResolvers<NodeEnding>()
  #operations: Operations | undefined
  #api: NodeApiServer | undefined
  #node: ModeNode | undefined
  readonly #ending = new AbortController()
  #opening: Promise<void> | undefined
  #end: Promise<void> | undefined

  constructor(options: RunningNodeOptions, openers: NodeOpeners = OPENERS) {
    this.#options = options
    this.#openers = openers
    const { settings } = options
    const { format } = settings.common.log
    const file = logFileOf(settings.common)
    const clock = processClock
    // The log may be in it.
    nodeFiles.makeFolder(options.dataDir)
    this.#log = openLog({ format, levels: levelsOf(settings), file, clock })
    const { sink } = this.#log
    const logger = (module: string) => createLogger(module, sink)
    this.log = logger('node')
    const metrics = new MetricsRegistry()
    const [random, files, timers] = [processRandom, nodeFiles, nodeTimers]
    const calls = countClients(metrics)
    this.#world = { clock, timers, random, files, metrics, calls, logger }
  }

  /** Resolves when the node has ended, whatever ended it. */
  get ended(): Promise<NodeEnding> {
    return this.#ended.promise
  }

  /** Where others than the operator call; undefined if they cannot. */
  get publicPort(): number | undefined {
    return this.#api?.publicPort
  }

  /**
   * Answers when others can connect and call, or when the node was ended meanwhile. Whatever was
   * opened is closed if it fails.
   */
  async start(): Promise<void> {
    this.#opening = this.#open()
    try {
      await this.#opening
    } catch (error) {
      // Who ends it closes what there is, and why the rest did not open is of no interest.
      if (this.#ending.signal.aborted) return
      await this.#close()
      throw error
    }
  }

  /** Ends everything; what is durable stays. */
  async stop(): Promise<void> {
    await this.#endWith({ kind: 'asked' })
  }

  /** Begins nothing more once the node is to end; whoever ends it closes what is open by then. */
  async #open(): Promise<void> {
    const { settings, dataDir, isForTests } = this.#options
    const { openOperations, openMode, serveNodeApi } = this.#openers
    const { signal: ending } = this.#ending
    this.#operations = await openOperations({
      settings,
      dataDir,
      world: this.#world,
      methods: () => this.#node?.api?.methods,
    })
    if (ending.aborted) return
    const node = await openMode(this.#context())
    this.#node = node
    if (ending.aborted) return
    await node.start()
    if (ending.aborted) return
    const { api, id, chainId, height } = node
    if (api !== undefined)
      this.#api = await serveNodeApi({
        api,
        socketPath: internalSocketOf(settings),
        public: publicAddressOf(settings),
        debug: isForTests ? 'served' : 'hidden',
        world: this.#world,
        onFailure: (error) => this.#fail(error),
      })
    if (ending.aborted) return
    this.log.info('started', { mode: settings.mode, id, chain: chainId, height })
  }

  /** Goes on in a new file of that name: the old one was moved away. */
  reopenLog(): void {
    try {
      this.#log.reopen()
      this.log.info('the log was opened again')
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      this.log.error('the log cannot be opened again', { why: error.message })
    }
  }

  #context(): NodeContext {
    const { settings, dataDir } = this.#options
    const { random, clock } = this.#world
    return {
      ...this.#options,
      world: this.#world,
      document: parseGenesis(readFileSync(settings.genesis.file, 'utf8')),
      keys: loadOrCreateNodeKeys({ dataDir, random, nowMs: clock.unixMs() }),
      ending: this.#ending.signal,
      // Whoever asks is told before the socket is gone.
      stopSoon: () => this.#world.timers.after(0, () => void this.stop()),
      onFatal: (error) => this.#fail(error),
    }
  }

  #fail(error: unknown): void {
    const why = sentenceOf(error)
    // It is planned, and whoever watches logs for errors has nothing to mend.
    if (error instanceof StopForUpgrade)
      this.log.info('the node stops for an upgrade, or where it is to halt', { why })
    else this.log.error('the node cannot go on', { why })
    void this.#endWith({ kind: 'failed', error })
  }

  #endWith(ending: NodeEnding): Promise<void> {
    this.#end ??= this.#endOnce(ending)
    return this.#end
  }

  async #endOnce(ending: NodeEnding): Promise<void> {
    this.#ending.abort()
    // What is being opened cannot be closed yet, and nobody else would.
    await this.#opening?.catch(() => undefined)
    await this.#close()
    this.log.info('stopped')
    this.#ended.resolve(ending)
  }

  async #close(): Promise<void> {
    const [node, operations, api] = [this.#node, this.#operations, this.#api]
    this.#node = undefined
    this.#operations = undefined
    this.#api = undefined
    await node?.stop()
    operations?.close()
    await api?.close(CALLS_GRACE_MS)
  }
}
