/** A node's part in agreement: opens what it stands on, brings it together, and drives it. */

import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { MetricsRegistry } from '@wadi/base/metrics'
import type { RandomSource } from '@wadi/base/random'
import type { Application, InitChainRequest } from '@wadi/contracts/application'
import type { Reactor } from '@wadi/contracts/peers'
import type { Timers } from '@wadi/contracts/world'
import type { FileSystem } from '@wadi/node-storage/file-system'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { genesisState } from '@wadi/tendermint/chainState/genesisState'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import type { RoundConfig } from '@wadi/tendermint/round/timeouts'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { BlockSyncReactor } from './blockSync/blockSyncReactor.ts'
import type { CaughtUp } from './blockSync/contract.ts'
import { blockSyncMetrics } from './blockSync/metrics.ts'
import { Consensus, type ConsensusOptions } from './consensus/consensus.ts'
import { consensusMetrics } from './consensus/metrics.ts'
import { ConsensusReactor } from './consensus/reactor.ts'
import { RoundObserver } from './consensus/roundObserver.ts'
import { decidedBlocks } from './decidedBlocks.ts'
import type { EvidenceSource } from './evidence/contract.ts'
import { type AppliedBlock, Executor, roomAfter } from './execution/executor.ts'
import { handshake } from './execution/handshake.ts'
import { createGuard, type Guard, guardedReactor, guardedTimers } from './guard.ts'
import { Mempool, type MempoolConfig } from './mempool/mempool.ts'
import { MempoolReactor } from './mempool/mempoolReactor.ts'
import { mempoolMetrics } from './mempool/metrics.ts'
import type { PrivateValidator } from './signing/privateValidator.ts'
import type { BlockStore, StateStore } from './stores/contract.ts'
import { DiskBlockStore } from './stores/diskBlockStore.ts'
import { DiskStateStore } from './stores/diskStateStore.ts'
import { Wal } from './wal/wal.ts'

/** The world as the engine needs it. */
export interface EngineWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomSource
  readonly files: FileSystem
  readonly log: Logger
  readonly metrics: MetricsRegistry
}

/** What an operator chooses. */
export interface EngineConfig {
  readonly rounds: RoundConfig
  readonly mempool?: Partial<MempoolConfig>
  /** `off`: a node begins where it is, without asking others first. */
  readonly blockSync?: 'on' | 'off'
}

/** What an engine is given. */
export interface EngineOptions {
  readonly world: EngineWorld
  /** Where blocks, states and logs are. */
  readonly folder: string
  readonly genesis: InitChainRequest
  readonly application: Application
  readonly dialect: SignatureDialect
  /** Undefined: the node only follows. */
  readonly privateValidator?: PrivateValidator | undefined
  readonly config: EngineConfig
  /** The node cannot go on; nothing happens in the engine any more. */
  readonly onFatal: (error: unknown) => void
  readonly onApplied?: (applied: AppliedBlock) => void
  /** See {@link ConsensusOptions}. */
  readonly step?: ConsensusOptions['step']
}

const NO_EVIDENCE: EvidenceSource = {
  size: 0,
  pending: () => ({ evidence: [], size: 0n }),
  add: () => undefined,
  check: () => undefined,
  reportConflictingVotes: () => undefined,
  update: () => undefined,
}

/** Where a node is. */
export interface EngineStatus {
  readonly chain: ChainState
  /** The height that is being agreed on; undefined while the node catches up. */
  readonly height: bigint | undefined
  readonly round: number | undefined
  readonly isSyncing: boolean
}

/** See the top of this file. Nothing happens before {@link start}. */
export class Engine {
  readonly #options: EngineOptions
  readonly #guard: Guard
  readonly #consensusReactor: ConsensusReactor
  readonly #blockSync: BlockSyncReactor
  readonly #observer: RoundObserver
  readonly #wal: Wal
  readonly #ownAddress: Uint8Array | undefined
  readonly #executor: Executor
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
  readonly mempool: Mempool
  /** What speaks with peers; give them to the network after the start. */
  readonly reactors: readonly Reactor[]
  #chain: ChainState
  #consensus: Consensus | undefined

  /** Opens the stores and brings the application to where the chain is. */
  constructor(options: EngineOptions) {
    const { world, folder, genesis, application, dialect, privateValidator } = options
    const { clock, files, log, metrics, random } = world
    this.#options = options
    this.#guard = createGuard((error) => {
      this.stop()
      options.onFatal(error)
    })
    const timers = guardedTimers(world.timers, this.#guard)
    const { chainId: chain, initialHeight } = genesis
    this.blockStore = new DiskBlockStore({ files, path: `${folder}/blocks`, chain, log })
    this.stateStore = new DiskStateStore({ files, path: `${folder}/state`, chain, log })
    this.#wal = new Wal({ files, path: `${folder}/wal`, chain, log })
    this.#ownAddress = privateValidator && validatorAddress(privateValidator.publicKey)
    const { blockStore, stateStore } = this
    const stored = stateStore.load() ?? genesisState(genesis)
    this.mempool = new Mempool({
      application,
      clock,
      metrics: metrics.register(mempoolMetrics),
      config: options.config.mempool ?? {},
      start: { height: stored.lastBlockHeight, ...roomAfter(stored) },
    })
    this.#observer = new RoundObserver({
      clock,
      log,
      metrics: metrics.register(consensusMetrics),
      ownAddress: this.#ownAddress,
    })
    this.#executor = new Executor({
      application,
      dialect,
      blockStore,
      stateStore,
      mempool: this.mempool,
      evidence: NO_EVIDENCE,
      onApplied: (applied) => this.#onApplied(applied),
    })
    const executor = this.#executor
    this.#chain = handshake({ application, genesis, executor, blockStore, stateStore }, stored)
    const decided = decidedBlocks(blockStore)
    this.#consensusReactor = new ConsensusReactor({
      clock,
      timers,
      random,
      initialHeight,
      decided,
    })
    this.#blockSync = new BlockSyncReactor({
      clock,
      timers,
      log,
      metrics: metrics.register(blockSyncMetrics),
      dialect,
      executor,
      blockStore,
      ownAddress: this.#ownAddress,
      onCaughtUp: (caughtUp) => this.#beginConsensus(caughtUp),
    })
    const mempoolReactor = new MempoolReactor({
      mempool: this.mempool,
      timers,
      heightOf: ({ id }) => this.#consensusReactor.heightOf(id),
    })
    const reactors = [this.#blockSync, this.#consensusReactor, mempoolReactor]
    this.reactors = reactors.map((reactor) => guardedReactor(reactor, this.#guard))
  }

  /** Begins to agree, after catching up with others if it is to. */
  start(): void {
    this.#guard(() => {
      if (this.#options.config.blockSync === 'off')
        this.#beginConsensus({ chain: this.#chain, blockCount: 0n })
      else this.#blockSync.start(this.#chain)
    })
  }

  /** Ends everything; what is durable stays. */
  stop(): void {
    this.#consensusReactor.stop()
    this.#blockSync.stop()
    this.#consensus?.stop()
    this.#wal.close()
    this.blockStore.close()
    this.stateStore.close()
  }

  get status(): EngineStatus {
    const rounds = this.#consensus?.rounds
    return {
      chain: this.#chain,
      height: rounds?.height,
      round: rounds?.round,
      isSyncing: this.#consensus === undefined,
    }
  }

  #beginConsensus({ chain }: CaughtUp): void {
    const { world, config, dialect, privateValidator } = this.#options
    const reactor = this.#consensusReactor
    this.#chain = chain
    this.#consensus = new Consensus(
      {
        config: config.rounds,
        dialect,
        clock: world.clock,
        timers: guardedTimers(world.timers, this.#guard),
        executor: this.#executor,
        blockStore: this.blockStore,
        wal: this.#wal,
        evidence: NO_EVIDENCE,
        privateValidator,
        ...(this.#options.step && { step: this.#options.step }),
        listener: {
          onEffect: (effect) => {
            this.#observer.onEffect(effect)
            reactor.tell(effect)
          },
          onSettled: () => reactor.settled(),
          onApplied: (next) => {
            this.#chain = next
          },
        },
      },
      chain,
    )
    this.mempool.listen({
      onAvailable: () => {
        const height = this.#consensus?.rounds?.height
        if (height !== undefined)
          this.#consensus?.receive({ kind: 'transactions-available', height })
      },
    })
    const lastSignedHeight = privateValidator?.lastSignedHeight ?? 0n
    reactor.begin(this.#consensus)
    this.#consensus.start({ address: this.#ownAddress, lastSignedHeight })
  }

  #onApplied(applied: AppliedBlock): void {
    const voters = this.stateStore.loadVoters(applied.block.header.height - 1n)
    this.#observer.onApplied(applied, voters)
    this.#options.onApplied?.(applied)
  }
}
