/** A node in this process, as its configuration says: with its log, its metrics, its calls. */

import { readFileSync } from 'node:fs'
import { createLogger, type Logger } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { createNode, type Node, type NodeWorld } from '@wadi/compose/create-node'
import { openLogSink } from '@wadi/compose/log-sink'
import { type NodeApiServer, serveNodeApi } from '@wadi/compose/node-api-server'
import { identityStatusOf, loadOrCreateNodeKeys, type NodeKeys } from '@wadi/compose/node-keys'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import { type GenesisDocument, parseGenesis } from '@wadi/consensus/genesis/document'
import type { GrpcServer } from '@wadi/grpc/server'
import { internalSocketOf } from '@wadi/node-config/internal-socket'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import { nodeFiles } from '@wadi/node-storage/node-files'
import type { Registration } from '@wadi/registration/registration'
import { sentenceOf } from './exitCodes.ts'
import { type MetricsServer, serveMetrics } from './metricsServer.ts'
import { levelsOf, nodeOptionsOf, publicAddressOf, readEndpoint } from './nodeOptions.ts'
import { type NodeRegistrationOptions, registrationOf, sentryOf } from './nodeRegistration.ts'

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
}

/** See the top of this file. */
export class RunningNode {
  readonly log: Logger
  readonly #options: RunningNodeOptions
  readonly #world: NodeWorld
  readonly #ended = Promise.withResolvers<NodeEnding>()
  #metrics: MetricsServer | undefined
  #api: NodeApiServer | undefined
  #sentry: GrpcServer | undefined
  #registration: Registration | undefined
  #node: Node | undefined

  constructor(options: RunningNodeOptions) {
    this.#options = options
    const { settings } = options
    const { file, format } = settings.common.log
    const clock = processClock
    const sink = openLogSink({ format, levels: levelsOf(settings), file, clock })
    const logger = (module: string) => createLogger(module, sink)
    this.log = logger('node')
    const metrics = new MetricsRegistry()
    const [random, files, timers] = [processRandom, nodeFiles, nodeTimers]
    this.#world = { clock, timers, random, files, metrics, logger }
  }

  /** Resolves when the node has ended, whatever ended it. */
  get ended(): Promise<NodeEnding> {
    return this.#ended.promise
  }

  /** The node itself, once it has started. */
  get node(): Node | undefined {
    return this.#node
  }

  /** Where others than the operator call; undefined if they cannot. */
  get publicPort(): number | undefined {
    return this.#api?.publicPort
  }

  /** Answers when others can connect and call. Whatever was opened is closed if it fails. */
  async start(): Promise<void> {
    try {
      await this.#open()
    } catch (error) {
      await this.#close()
      throw error
    }
  }

  /** Ends everything; what is durable stays. */
  async stop(): Promise<void> {
    await this.#end({ kind: 'asked' })
  }

  async #open(): Promise<void> {
    const { settings, dataDir, isForTests } = this.#options
    nodeFiles.makeFolder(dataDir)
    if (settings.metrics.mode === 'pull') {
      const at = readEndpoint('metrics.address', settings.metrics.address)
      this.#metrics = await serveMetrics(this.#world.metrics, at)
    }
    const document = parseGenesis(readFileSync(settings.genesis.file, 'utf8'))
    const { random, clock } = this.#world
    const keys = loadOrCreateNodeKeys({ dataDir, random, nowMs: clock.unixMs() })
    const enrolment = this.#enrolment(document, keys)
    const registration = registrationOf(enrolment)
    this.#registration = registration
    this.#sentry = await sentryOf(enrolment)
    const node = await this.#createNode(document, keys)
    this.#node = node
    await node.start()
    registration?.start()
    if (node.api !== undefined)
      this.#api = await serveNodeApi({
        api: node.api,
        socketPath: internalSocketOf(settings),
        public: publicAddressOf(settings),
        debug: isForTests ? 'served' : 'hidden',
        world: this.#world,
        onFailure: (error) => this.#fail(error),
      })
    const { chain } = node.engine.status
    const { id } = node.network
    this.log.info('started', { id, chain: chain.chainId, height: chain.lastBlockHeight })
  }

  #enrolment(document: GenesisDocument, { identity }: NodeKeys): NodeRegistrationOptions {
    const { settings, dataDir } = this.#options
    return {
      settings,
      dataDir,
      identity,
      document,
      world: this.#world,
      methods: () => this.#node?.api?.methods ?? {},
      onLeft: () => void this.stop(),
      onFatal: (error) => this.#fail(error),
    }
  }

  async #createNode(document: GenesisDocument, keys: NodeKeys): Promise<Node> {
    const { settings, dataDir, isForTests } = this.#options
    const registration = this.#registration
    return createNode({
      config: await nodeOptionsOf(settings, dataDir),
      world: this.#world,
      document,
      keys,
      onApplied: (height) => registration?.applied(height),
      ...(settings.wadi.test.application === 'kvstore' && {
        openApplication: (folder) => new KvstoreApplication({ folder }),
      }),
      profile: {
        softwareVersion: SOFTWARE_VERSION,
        mode: settings.mode,
        identity: identityStatusOf(keys.identity),
        debug: { enabled: isForTests, allowRoot: settings.common.debug.allowRoot },
        ...(registration && { registration: () => registration.status() }),
        shutdown: () => {
          if (registration !== undefined) return registration.requestShutdown()
          // Whoever asks is told before the socket is gone.
          this.#world.timers.after(0, () => void this.stop())
          return Promise.resolve()
        },
      },
      onFatal: (error) => this.#fail(error),
    })
  }

  #fail(error: unknown): void {
    this.log.error('the node cannot go on', { why: sentenceOf(error) })
    void this.#end({ kind: 'failed', error })
  }

  async #end(ending: NodeEnding): Promise<void> {
    await this.#close()
    this.log.info('stopped')
    this.#ended.resolve(ending)
  }

  async #close(): Promise<void> {
    const [node, api] = [this.#node, this.#api]
    this.#node = undefined
    this.#api = undefined
    this.#registration?.stop()
    node?.stop()
    this.#metrics?.close()
    await Promise.all([this.#sentry, api].map((server) => server?.close(CALLS_GRACE_MS)))
  }
}
