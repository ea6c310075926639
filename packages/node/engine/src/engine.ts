/** A node's part in agreement: opens what it stands on, brings it together, and drives it. */

import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { MetricsRegistry } from '@wadi/base/metrics'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type { Application, InitChainRequest } from '@wadi/contracts/application'
import type { Peer, Reactor } from '@wadi/contracts/peers'
import type { FileSystem } from '@wadi/node-storage/file-system'
import type { Moment } from '@wadi/primitives/moment'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import type { RoundConfig } from '@wadi/tendermint/round/timeouts'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { BlockSyncReactor } from './blockSync/blockSyncReactor.ts'
import { blockSyncMetrics } from './blockSync/metrics.ts'
import { canOthersDecide } from './blockSync/ownPower.ts'
import { Consensus, type ConsensusOptions } from './consensus/consensus.ts'
import { backendMetrics, type ConsensusInstruments, consensusMetrics } from './consensus/metrics.ts'
import { ConsensusReactor } from './consensus/reactor.ts'
import { RememberedSignatures } from './consensus/rememberedSignatures.ts'
import { RoundObserver } from './consensus/roundObserver.ts'
import { decidedBlocks } from './decidedBlocks.ts'
import type { EvidencePool } from './evidence/evidencePool.ts'
import { EvidenceReactor } from './evidence/evidenceReactor.ts'
import { type AppliedBlock, Executor, roomAfter } from './execution/executor.ts'
import { handshake } from './execution/handshake.ts'
import { executionMetrics } from './execution/metrics.ts'
import { observedApplication } from './execution/observedApplication.ts'
import { unflooded } from './flood.ts'
import {
  createGuard,
  type Guard,
  guardedReactor,
  guardedTimers,
  guardedValidator,
} from './guard.ts'
import { Mempool, type MempoolConfig } from './mempool/mempool.ts'
import { MempoolReactor } from './mempool/mempoolReactor.ts'
import { mempoolMetrics } from './mempool/metrics.ts'
import { openStores } from './openStores.ts'
import type { PrivateValidator } from './signing/privateValidator.ts'
import type { StateSyncRequest } from './stateSync/contract.ts'
import { StateSyncReactor } from './stateSync/stateSyncReactor.ts'
import type { BlockStore, StateStore } from './stores/contract.ts'
import type { Wal } from './wal/wal.ts'

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
  /** A node without any state takes that of others instead of all blocks. */
  readonly stateSync?: Pick<StateSyncRequest, 'config' | 'providers'>
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
  /**
   * Agreeing has ended. If the answer is true, peers are told what the node has until it is
   * stopped, and {@link onFatal} hears only of what goes wrong then.
   */
  readonly onHalted?: (error: unknown) => boolean
  readonly onApplied?: (applied: AppliedBlock) => void
  /** The node is where its peers are, and begins to agree with them. */
  readonly onCaughtUp?: () => void
  /** The stores are open, and the application was not asked for anything yet. */
  readonly onOpened?: (timeOf: BlockTimes) => void
  /** See {@link ConsensusOptions}. */
  readonly step?: ConsensusOptions['step']
}

/** The time of a block that is here, or is the last one. */
export type BlockTimes = (height: bigint) => Moment | undefined

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
  readonly #dialect: RememberedSignatures
  readonly #consensusReactor: ConsensusReactor
  readonly #blockSync: BlockSyncReactor
  readonly #stateSync: StateSyncReactor
  readonly #evidence: EvidencePool
  readonly #evidenceReactor: EvidenceReactor
  readonly #mempoolReactor: MempoolReactor
  readonly #observer: RoundObserver
  readonly #metrics: ConsensusInstruments
  readonly #wal: Wal
  readonly #ownAddress: Uint8Array | undefined
  readonly #executor: Executor
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
  readonly mempool: Mempool
  /** What speaks with peers; give them to the network after the start. */
  readonly reactors: readonly Reactor[]
  readonly #request: EngineConfig['stateSync']
  #chain: ChainState
  #consensus: Consensus | undefined
  #isHalted = false

  /** Opens the stores and brings the application to where the chain is. */
  constructor(options: EngineOptions) {
    const { world, genesis, privateValidator } = options
    const { clock, log, random } = world
    const counted = instrumentsOf(options)
    const application = watched(options, counted)
    this.#options = options
    this.#metrics = counted.consensus
    this.#dialect = new RememberedSignatures(options.dialect)
    this.#guard = createGuard((error) => this.#onThrown(error))
    const timers = guardedTimers(world.timers, this.#guard)
    const { blockStore, stateStore, wal, evidence, stored } = openStores(options)
    this.blockStore = blockStore
    this.stateStore = stateStore
    this.#wal = wal
    this.#evidence = evidence
    this.#ownAddress = privateValidator && validatorAddress(privateValidator.publicKey)
    this.mempool = new Mempool({
      application,
      clock,
      metrics: counted.mempool,
      config: options.config.mempool ?? {},
      start: { height: stored.lastBlockHeight, ...roomAfter(stored) },
    })
    const { consensus: metrics, backend } = counted
    const seen = { clock, log, blocks: blockStore, ownAddress: this.#ownAddress }
    this.#observer = new RoundObserver({ ...seen, metrics, backend })
    this.#executor = new Executor({
      application,
      dialect: this.#dialect,
      blockStore,
      stateStore,
      mempool: this.mempool,
      evidence,
      onApplied: (applied) => this.#onApplied(applied),
      onRefused: (refused) => this.#observer.onRefused(refused),
    })
    // It must not begin the chain then; it may be further, if a crash cut a state sync short.
    const isNew = stored.lastBlockHeight === 0n && blockStore.height === 0n
    this.#request = isNew ? options.config.stateSync : undefined
    options.onOpened?.((height) => this.#timeOf(height))
    this.#chain = this.#request === undefined ? this.#agreed(stored, application) : stored
    this.#consensusReactor = new ConsensusReactor({
      clock,
      timers,
      random,
      initialHeight: genesis.initialHeight,
      decided: decidedBlocks(blockStore),
      metrics,
    })
    this.#blockSync = new BlockSyncReactor({
      clock,
      timers,
      log,
      metrics: counted.blockSync,
      dialect: this.#dialect,
      executor: this.#executor,
      blockStore,
      ownAddress: this.#ownAddress,
      onCaughtUp: (caughtUp) => this.#beginConsensus(caughtUp.chain),
    })
    const heightOf = ({ id }: Peer) => this.#consensusReactor.heightOf(id)
    const served = { dialect: this.#dialect, application, blockStore, stateStore }
    this.#stateSync = new StateSyncReactor({ clock, timers, random, log, ...served })
    this.#evidenceReactor = new EvidenceReactor({ pool: this.#evidence, clock, timers, heightOf })
    this.#mempoolReactor = new MempoolReactor({ mempool: this.mempool, timers, random, heightOf })
    // COMPAT(oasis-core): channels are told in this order.
    this.reactors = [
      this.#blockSync,
      this.#consensusReactor,
      this.#mempoolReactor,
      this.#evidenceReactor,
      this.#stateSync,
    ].map((reactor) => guardedReactor(unflooded(reactor, clock), this.#guard))
  }

  /** Begins to agree, after catching up with others if it is to. */
  start(): void {
    this.#guard(() => {
      if (this.#request === undefined) this.#catchUp(this.#chain)
      else {
        this.#metrics.stateSyncing.set(1)
        this.#stateSync.sync({
          ...this.#request,
          onSynced: (chain) => this.#catchUp(chain),
          onFailed: (error) => {
            throw error
          },
        })
      }
    })
  }

  /** Ends everything; what is durable stays. Throws if a store cannot be closed in good order. */
  stop(): void {
    const [failure] = this.#end()
    if (failure !== undefined) throw failure
  }

  /** Agreeing may end alone, once, and not before it has begun. */
  #onThrown(error: unknown): unknown {
    const { onHalted, onFatal } = this.#options
    if (this.#consensus !== undefined && !this.#isHalted && onHalted?.(error) === true) {
      this.#isHalted = true
      this.#consensus.stop()
      return 'goes-on'
    }
    this.#end()
    return onFatal(error)
  }

  /** Lets go of everything, also if some of it does not want to; gives what went wrong. */
  #end(): readonly unknown[] {
    this.#guard.end()
    const reactors = [this.#consensusReactor, this.#blockSync, this.#stateSync]
    for (const reactor of [...reactors, this.#evidenceReactor, this.#mempoolReactor]) reactor.stop()
    this.#consensus?.stop()
    return this.#closeStores()
  }

  #closeStores(): readonly unknown[] {
    const failures: unknown[] = []
    for (const store of [this.#wal, this.#evidence, this.blockStore, this.stateStore])
      try {
        store.close()
      } catch (error) {
        failures.push(error)
      }
    return failures
  }

  /** The chain as the application has it, too. If they do not agree, the stores are let go. */
  #agreed(stored: ChainState, application: Application): ChainState {
    const { genesis } = this.#options
    const { blockStore, stateStore } = this
    try {
      const parts = { application, genesis, executor: this.#executor, blockStore, stateStore }
      return handshake(parts, stored)
    } catch (error) {
      this.#closeStores()
      throw error
    }
  }

  #timeOf(height: bigint): Moment | undefined {
    const state = this.stateStore.load()
    if (state?.lastBlockHeight === height) return state.lastBlockTime
    return this.blockStore.loadMeta(height)?.header.time
  }

  /** Takes the blocks that others have, or begins where the node is. */
  #catchUp(chain: ChainState): void {
    this.#chain = chain
    this.#metrics.stateSyncing.set(0)
    if (this.#options.config.blockSync === 'off') this.#beginConsensus(chain)
    else {
      this.#metrics.blockSyncing.set(1)
      this.#blockSync.start(chain)
    }
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

  /** Where agreement is; undefined while the node catches up. */
  get rounds(): RoundState | undefined {
    return this.#consensus?.rounds
  }

  /** Takes evidence in that somebody hands in; throws if it proves nothing. */
  addEvidence(evidence: Evidence): void {
    this.#evidence.add(evidence)
  }

  #beginConsensus(chain: ChainState): void {
    const { world, config, privateValidator } = this.#options
    const reactor = this.#consensusReactor
    this.#chain = chain
    this.#metrics.blockSyncing.set(0)
    this.#consensus = new Consensus(
      {
        config: config.rounds,
        dialect: this.#dialect,
        clock: world.clock,
        timers: guardedTimers(world.timers, this.#guard),
        executor: this.#executor,
        blockStore: this.blockStore,
        wal: this.#wal,
        evidence: this.#evidence,
        hasTransactions: () => this.mempool.size > 0,
        privateValidator: privateValidator && guardedValidator(privateValidator, this.#guard),
        ...(this.#options.step && { step: this.#options.step }),
        listener: {
          onEffect: (effect) => {
            this.#observer.onEffect(effect, this.#consensus?.rounds)
            reactor.tell(effect)
          },
          onSettled: () => reactor.settled(),
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
    this.#tellIfWatching()
    this.#options.onCaughtUp?.()
  }

  /** Says so when we must not sign, as what we signed before may be forgotten. */
  #tellIfWatching(): void {
    const { rounds } = this.#consensus ?? {}
    if (rounds === undefined || rounds.signsFromHeight <= rounds.height) return
    const { log } = this.#options.world
    const { height, signsFromHeight } = rounds
    log.warn('nothing is signed, as the log is damaged, before others have decided', {
      height,
      signsFromHeight,
    })
    if (!canOthersDecide(this.#chain, this.#ownAddress))
      log.error('but nobody can decide without us: put the write-ahead log back from a copy', {
        height,
      })
  }

  #onApplied(applied: AppliedBlock): void {
    const voters = this.stateStore.loadVoters(applied.block.header.height - 1n)
    this.#chain = applied.chain
    this.#dialect.endHeight()
    this.#observer.onApplied(applied, { voters, rounds: this.#consensus?.rounds })
    this.#options.onApplied?.(applied)
  }
}

function watched(
  { application, world: { clock } }: EngineOptions,
  { execution: metrics, consensus: proposals }: ReturnType<typeof instrumentsOf>,
): Application {
  return observedApplication(application, { clock, metrics, proposals })
}

/** COMPAT(cometbft): all that has its names carries the chain's, too. */
function instrumentsOf({ world: { metrics }, genesis }: EngineOptions) {
  const ofChain = { chain_id: genesis.chainId }
  return {
    consensus: metrics.register(consensusMetrics, ofChain),
    execution: metrics.register(executionMetrics, ofChain),
    mempool: metrics.register(mempoolMetrics, ofChain),
    backend: metrics.register(backendMetrics),
    blockSync: metrics.register(blockSyncMetrics),
  }
}
