/**
 * Everything that a node does for one runtime, put together: its history, its trees, and, where the
 * node takes part in rounds, the machine that does. Opened when the runtime's first block is there.
 */

import { equalBytes } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { Timers } from '@wadi/base/timers'
import type { Header } from '@wadi/consensus/roothash/block'
import type { RuntimeTrees } from '@wadi/contracts/runtime-answers'
import type { HostedRuntime } from '@wadi/contracts/runtime-host'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import { RUNTIME_PLACES } from '@wadi/contracts/runtime-places'
import type { Signer } from '@wadi/crypto/signature/signer'
import { RUNTIME_SERVICES, runtimeProtocolOf } from '@wadi/libp2p/names'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { CheckpointFiles } from '@wadi/node-storage/checkpoint-files'
import type { FileSystem } from '@wadi/node-storage/file-system'
import type { ShellStore } from '@wadi/node-storage/shell-store'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import type { PoolConfig } from '@wadi/runtime-executor/pool/poolState'
import type { RoundConfig } from '@wadi/runtime-executor/round/roundState'
import type { SyncedRoots } from '@wadi/runtime-executor/sync/syncState'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import type { SyncedRound } from '@wadi/runtime-protocol/client/storageApi'
import type { Ask } from './chain.ts'
import { AwaitedTransactions } from './client/awaitedTransactions.ts'
import type { FollowedRuntime } from './client/followedAnswers.ts'
import type { HostedParts } from './client/hostedAnswers.ts'
import { ExecutorCounter } from './executor/executorCounter.ts'
import { ExecutorShell, type MethodCall } from './executor/executorShell.ts'
import type { MisdeedsIn } from './executor/misdeedsIn.ts'
import { RuntimeCalls } from './executor/runtimeCalls.ts'
import { SignedRecords } from './executor/signedRecords.ts'
import { countRounds } from './history/roundCounter.ts'
import { RoundHistory } from './history/roundHistory.ts'
import { RoundIndexer } from './history/roundIndexer.ts'
import { RuntimeStore } from './store/runtimeStore.ts'
import { StoreCounter } from './store/storeCounter.ts'
import { chunkOf, serveStorage } from './sync/serveStorage.ts'
import { StoreUpkeep, type UpkeepChoices } from './sync/storeUpkeep.ts'
import { SyncCounter } from './sync/syncCounter.ts'
import { SyncShell } from './sync/syncShell.ts'

/** What a node that takes part in rounds needs beside its trees. */
export interface ExecutorOptions {
  readonly config: RoundConfig
  /** Of its transactions; as it usually is unless told otherwise. */
  readonly pool?: PoolConfig
  /** Is started and stopped by whoever gives it; the store is the worker's. */
  readonly host: (store: RuntimeStore) => HostedRuntime
  readonly signer: Signer
  readonly submit: (call: MethodCall) => Promise<unknown>
  readonly misdeedsIn?: MisdeedsIn | undefined
}

/** What a worker is made of. */
export interface RuntimeWorkerOptions {
  readonly runtimeId: RoundConfig['runtimeId']
  readonly chainContext: string
  readonly ask: Ask
  readonly network: RuntimeNetwork
  readonly world: {
    readonly clock: Clock
    readonly timers: Timers
    readonly log: Logger
    /** Nothing is counted without. */
    readonly metrics?: MetricsRegistry
  }
  readonly files: FileSystem
  /** Of this runtime alone; it exists. */
  readonly folder: string
  /** Where the blocks are. */
  readonly rounds: ShellStore
  /** How long it waits after so many failures in a row. */
  readonly retryMs: (failures: number) => number
  /** Heights that are looked through before what was found is written. */
  readonly indexedAtOnce?: number
  /** `all`: proofs, too, for those who keep no states. */
  readonly offer: 'sync' | 'all'
  /** May a node that has nothing begin with a checkpoint? */
  readonly checkpoints: 'wanted' | 'off'
  /** Which checkpoints it makes, and what it drops: nothing unless told otherwise. */
  readonly upkeep?: UpkeepChoices
  /** Undefined: the node only follows. */
  readonly executor?: ExecutorOptions
  /** Is told when the node has become of use to others, or is not any more. */
  readonly onAvailability: (isAvailable: boolean) => void
  readonly onFatal: (error: unknown) => void
}

const LAST_HEIGHT = 0n

interface OpenParts extends FollowedRuntime {
  readonly metrics: MetricsRegistry
}

/** See the top of this file. */
export class RuntimeWorker {
  readonly #options: RuntimeWorkerOptions
  readonly #indexer: RoundIndexer
  readonly #leave: () => void
  #sync: SyncShell | undefined
  #upkeep: StoreUpkeep | undefined
  #isPaused = false
  readonly #checkpoints: CheckpointFiles
  readonly history: RoundHistory
  readonly store: RuntimeStore
  /** Undefined where the node only follows. */
  readonly shell: ExecutorShell | undefined
  readonly #hosted: HostedParts | undefined
  readonly #metrics: MetricsRegistry
  #isStopped = false

  private constructor(options: RuntimeWorkerOptions, { history, store, metrics }: OpenParts) {
    const { world, executor } = options
    this.#metrics = metrics
    this.#options = options
    this.#checkpoints = new CheckpointFiles(
      options.files,
      `${options.folder}/${RUNTIME_PLACES.checkpoints}`,
    )
    this.history = history
    this.store = store
    countRounds(history, metrics, world.clock)
    this.#indexer = new RoundIndexer({ ...world, ...options, history })
    if (executor !== undefined) {
      const parts = { history, store, metrics }
      const { shell, hosted } = createExecutor(options, executor, parts)
      this.shell = shell
      this.#hosted = hosted
    }
    // The first block that is told says that all before it are here.
    this.#leave = history.watchCommitted(() => {
      this.#leave()
      this.#begin().catch((error: unknown) => options.onFatal(error))
    })
  }

  /** Opens the stores; nothing is followed before the first height is told. */
  static async open(options: RuntimeWorkerOptions): Promise<RuntimeWorker> {
    const { rounds, runtimeId, files, folder, chainContext: chain, world } = options
    const { metrics = new MetricsRegistry(), clock } = world
    const history = await RoundHistory.open({ store: rounds, runtimeId, seen: 'synced' })
    const path = `${folder}/${RUNTIME_PLACES.trees}`
    const counter = new StoreCounter(metrics, clock)
    const store = new RuntimeStore({ files, path, chain, runtimeId, counter })
    return new RuntimeWorker(options, { history, store, metrics })
  }

  /** What is answered about its rounds is made of this. */
  get followed(): FollowedRuntime {
    return { history: this.history, store: this.store }
  }

  /** What is answered about its trees. */
  get trees(): RuntimeTrees {
    const { history, store } = this
    const files = this.#checkpoints
    return {
      lastSynced: () => lastSyncedIn(store, history),
      pauseCheckpoints: (isPaused) => {
        this.#isPaused = isPaused
      },
      get: (request) => store.get(request),
      getPrefixes: (request) => store.getPrefixes(request),
      iterate: (request) => store.iterate(request),
      diff: (from, to) => store.writeLog(from, to),
      checkpoints: () => files.list(),
      chunk: (name) => chunkOf(files, name),
    }
  }

  /** What is asked of the runtime itself goes here. */
  get hosted(): HostedParts | undefined {
    return this.#hosted
  }

  /** How far the index, and the trees, are. */
  get indexer(): RoundIndexer {
    return this.#indexer
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    this.shell?.applied(height)
    this.#indexer.applied(height)
  }

  /** Ends everything; what is durable stays. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#leave()
    this.#sync?.stop()
    this.#hosted?.awaited.stop()
    await Promise.all([this.#indexer.stop(), this.shell?.stop(), this.#upkeep?.stop()])
    this.store.close()
  }

  async #begin(): Promise<void> {
    const { ask, runtimeId, network, chainContext, world, offer, onFatal } = this.#options
    const query = { runtimeId, height: LAST_HEIGHT }
    const { genesisBlock } = await ask('RootHash/GetRuntimeState', query)
    if (this.#isStopped || genesisBlock === undefined) return
    const { history, store } = this
    const { checkpoints, onAvailability } = this.#options
    const counter = new SyncCounter(this.#metrics, runtimeId, world.clock)
    this.#sync = new SyncShell({
      ...world,
      counter,
      start: {
        namespace: runtimeId,
        genesisRound: genesisBlock.header.round,
        last: lastRootsOf(store, history, genesisBlock.header),
        checkpoints,
      },
      chainContext,
      history,
      store,
      network,
      onAvailability,
      onFatal,
    })
    const made = this.#checkpoints
    const served = { network, chainContext, runtimeId, store, checkpoints: made, offer }
    serveStorage({ ...served, onFatal })
    const { upkeep = {} } = this.#options
    const kept = { ask, history, store, files: made }
    const isPaused = () => this.#isPaused
    const onPruned = (ms: number) => counter.pruned(ms)
    this.#upkeep = new StoreUpkeep({ ...world, ...upkeep, ...kept, isPaused, onPruned, onFatal })
    this.#upkeep.start()
    this.#sync.start()
    this.shell?.start()
  }
}

function createExecutor(
  { ask, network, world, files, folder, onFatal }: RuntimeWorkerOptions,
  { config, pool, host: hostOf, signer, submit, misdeedsIn }: ExecutorOptions,
  { history, store, metrics }: OpenParts,
): { readonly shell: ExecutorShell; readonly hosted: HostedParts } {
  const host = hostOf(store)
  const counter = new ExecutorCounter(metrics, config.runtimeId, world.clock)
  history.watchCommitted(({ block }) => counter.block(block.header, peersOf(network, config)))
  const shared = {
    ask,
    history,
    store,
    host,
    network,
    signer,
    submit,
    misdeedsIn,
    counter,
    onFatal,
  }
  const records = new SignedRecords(files, folder)
  const shell = new ExecutorShell({ ...shared, config, pool, records, world })
  const onFound = (hashes: readonly Hash[]) => shell.noteUsed(hashes)
  const wantsAll = () => shell.hasTransactions
  const awaited = new AwaitedTransactions({ ...world, history, store, wantsAll, onFound })
  const calls = new RuntimeCalls(ask, host)
  return { shell, hosted: { history, calls, awaited, pool: shell } }
}

/** How many nodes of the runtime's committees are connected. */
function peersOf(
  network: Pick<RuntimeNetwork, 'peersOf'>,
  { chainContext, runtimeId }: Pick<RoundConfig, 'chainContext' | 'runtimeId'>,
): number {
  const { txsync } = RUNTIME_SERVICES
  return network.peersOf(runtimeProtocolOf(chainContext, txsync, runtimeId)).length
}

/** Where trees end; a runtime that begins with nothing has the trees of its first round at once. */
function lastRootsOf(
  store: RuntimeStore,
  history: RoundHistory,
  genesis: Header,
): SyncedRoots | undefined {
  const { lastRound } = store
  if (lastRound === undefined) {
    if (!equalBytes(genesis.stateRoot, EMPTY_HASH)) return undefined
    store.finalize({ ...genesis, ioRoot: EMPTY_HASH })
    return { round: genesis.round, ioRoot: EMPTY_HASH, stateRoot: genesis.stateRoot }
  }
  const header = history.committedBlock(lastRound)?.block.header
  if (header !== undefined) {
    const { round, ioRoot, stateRoot } = header
    return { round, ioRoot, stateRoot }
  }
  const stateRoot = hashIn(store, lastRound, ROOT_TYPE_STATE)
  return { round: lastRound, ioRoot: EMPTY_HASH, stateRoot }
}

/** The trees that are here for good; of a round without a block only the state is known. */
function lastSyncedIn(store: RuntimeStore, history: RoundHistory): SyncedRound | undefined {
  const { lastRound: round } = store
  if (round === undefined) return undefined
  const header = history.committedBlock(round)?.block.header
  if (header !== undefined)
    return { round, ioRoot: ioRootOf(header), stateRoot: stateRootOf(header) }
  const rootOf = (type: Root['type']): Root => {
    const hash = hashIn(store, round, type)
    return { namespace: history.runtimeId, version: round, type, hash }
  }
  return { round, ioRoot: rootOf(ROOT_TYPE_IO), stateRoot: rootOf(ROOT_TYPE_STATE) }
}

/** The tree that the store has of a round whose block is not in the history. */
function hashIn({ database }: RuntimeStore, round: bigint, type: Root['type']): Hash {
  const root = database.roots(round).find((one) => one.type === type)
  return root === undefined ? EMPTY_HASH : Hash.check(root.hash)
}
