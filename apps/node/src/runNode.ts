/** What `wadi-node` does without a sub-command: it runs a node until somebody or something ends it. */

import { readFileSync } from 'node:fs'
import { createLogger, type Logger } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { createNode, type Node, type NodeWorld } from '@wadi/compose/create-node'
import { openLogSink } from '@wadi/compose/log-sink'
import { type NodeApiServer, serveNodeApi } from '@wadi/compose/node-api-server'
import { loadOrCreateNodeKeys } from '@wadi/compose/node-keys'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import type { Call, CommandWorld } from '@wadi/node-config/command'
import { configOptionsOf } from '@wadi/node-config/config-commands'
import { internalSocketOf } from '@wadi/node-config/internal-socket'
import { type LoadedConfig, loadConfig } from '@wadi/node-config/load-config'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import type { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import { findObstacles } from '@wadi/node-config/obstacles'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { DONE, exitCodeOf, FAILED, MISUSED, sentenceOf } from './exitCodes.ts'
import { serveMetrics } from './metricsServer.ts'
import { levelsOf, nodeOptionsOf, publicAddressOf, readEndpoint } from './nodeOptions.ts'

/** Whatever is still open then, the process ends. */
const STOP_MS_MAX = 5_000
/** So long calls that have begun may go on. */
const CALLS_GRACE_MS = 1_000

/** What it is called with. */
export type RunCall = Call<typeof nodeFlags & typeof persistentFlags>

/** What runs beside the node, and ends with it. */
interface Servers {
  api?: NodeApiServer
  metrics?: { close(): void }
}

/** A node that runs in this process. */
class RunningNode {
  readonly #settings: Settings
  readonly #dataDir: string
  readonly #isForTests: boolean
  readonly #world: NodeWorld
  readonly #log: Logger
  readonly #servers: Servers = {}
  readonly #ended = Promise.withResolvers<number>()
  readonly #err: CommandWorld['err']
  #node: Node | undefined

  constructor(settings: Settings, dataDir: string, { isForTests, err }: RunOptions) {
    this.#settings = settings
    this.#dataDir = dataDir
    this.#isForTests = isForTests
    this.#err = err
    const { file, format } = settings.common.log
    const clock = processClock
    const sink = openLogSink({ format, levels: levelsOf(settings), file, clock })
    const logger = (module: string) => createLogger(module, sink)
    this.#log = logger('node')
    const metrics = new MetricsRegistry()
    const [random, files, timers] = [processRandom, nodeFiles, nodeTimers]
    this.#world = { clock, timers, random, files, metrics, logger }
  }

  /** Answers with the exit code when the node has ended. */
  async run(): Promise<number> {
    this.#stopOnSignals()
    await this.#start()
    return this.#ended.promise
  }

  async #start(): Promise<void> {
    const { metrics } = this.#world
    const settings = this.#settings
    nodeFiles.makeFolder(this.#dataDir)
    if (settings.metrics.mode === 'pull') {
      const at = readEndpoint('metrics.address', settings.metrics.address)
      this.#servers.metrics = await serveMetrics(metrics, at)
    }
    const node = await this.#createNode()
    this.#node = node
    await node.start()
    if (node.api !== undefined)
      this.#servers.api = await serveNodeApi({
        api: node.api,
        socketPath: internalSocketOf(settings),
        public: publicAddressOf(settings),
        debug: this.#isForTests ? 'served' : 'hidden',
        world: this.#world,
        onFailure: (error) => this.#fail(error),
      })
    const { chain } = node.engine.status
    const { id } = node.network
    this.#log.info('started', { id, chain: chain.chainId, height: chain.lastBlockHeight })
  }

  async #createNode(): Promise<Node> {
    const settings = this.#settings
    const dataDir = this.#dataDir
    const { random, clock } = this.#world
    const keys = loadOrCreateNodeKeys({ dataDir, random, nowMs: clock.unixMs() })
    return createNode({
      config: await nodeOptionsOf(settings, dataDir),
      world: this.#world,
      document: parseGenesis(readFileSync(settings.genesis.file, 'utf8')),
      keys,
      ...(settings.wadi.test.application === 'kvstore' && {
        openApplication: (folder) => new KvstoreApplication({ folder }),
      }),
      profile: {
        softwareVersion: SOFTWARE_VERSION,
        mode: settings.mode,
        identity: keys.identity,
        debug: { enabled: this.#isForTests, allowRoot: settings.common.debug.allowRoot },
        shutdown: async () => this.#stop(),
      },
      onFatal: (error) => this.#fail(error),
    })
  }

  /** Ends the node at the first signal, and the process at the second. */
  #stopOnSignals(): void {
    let isStopping = false
    const onSignal = (signal: string) => {
      if (isStopping) process.exit(FAILED)
      isStopping = true
      this.#log.info('stopping', { signal })
      this.#stop()
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  }

  #stop(): void {
    this.#node?.stop()
    this.#log.info('stopped')
    void this.#close(DONE)
  }

  #fail(error: unknown): void {
    const why = sentenceOf(error)
    this.#log.error('the node cannot go on', { why })
    this.#err.write(`wadi-node: ${why}\n`)
    void this.#close(exitCodeOf(error))
  }

  async #close(exitCode: number): Promise<void> {
    setTimeout(() => process.exit(exitCode), STOP_MS_MAX).unref()
    this.#servers.metrics?.close()
    await this.#servers.api?.close(CALLS_GRACE_MS)
    this.#ended.resolve(exitCode)
  }
}

interface RunOptions {
  readonly isForTests: boolean
  readonly err: CommandWorld['err']
}

function loadTold(call: RunCall, { environment, err }: CommandWorld): LoadedConfig {
  const loaded = loadConfig(configOptionsOf(call, environment))
  for (const name of loaded.unset)
    err.write(`${call.flags.config}: the variable ${name} is not set and was taken as empty\n`)
  return loaded
}

/** Answers with the exit code when the node has ended. */
export async function runNode(call: RunCall, world: CommandWorld): Promise<number> {
  const { config, sources } = loadTold(call, world)
  const isForTests = call.flags['debug.dont_blame_oasis']
  const obstacles = await findObstacles(config, {
    sources,
    isForTests,
    hasTestEntity: isForTests && call.flags['debug.test_entity'],
    userId: process.geteuid?.(),
  })
  for (const { message } of obstacles) world.err.write(`Error: ${message}\n`)
  const { dataDir } = config.common
  if (obstacles.length > 0 || dataDir === undefined) return MISUSED
  return await new RunningNode(config, dataDir, { isForTests, err: world.err }).run()
}
