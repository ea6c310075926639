/**
 * The world of a compute node's machine: gives it what happens, and carries out what it wants, in
 * the order in which it wants it.
 */

import type { Clock } from '@wadi/base/clock'
import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import { encode } from '@wadi/cbor/codec'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { Evidence, ExecutorCommit } from '@wadi/consensus/roothash/methods'
import type { HostedRuntime, RuntimeEvent } from '@wadi/contracts/runtime-host'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { Signer } from '@wadi/crypto/signature/signer'
import { EMPTY_HASH, ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import type { Hash } from '@wadi/primitives/hash'
import type { Transaction } from '@wadi/primitives/transaction'
import {
  type ExecutorEffect,
  type ExecutorInput,
  type ExecutorState,
  startExecutor,
  stepExecutor,
} from '@wadi/runtime-executor/executor'
import type { SubmitOutcome } from '@wadi/runtime-executor/pool/effect'
import { allTransactions } from '@wadi/runtime-executor/pool/findTransaction'
import type { PoolInput } from '@wadi/runtime-executor/pool/input'
import type { PoolConfig } from '@wadi/runtime-executor/pool/poolState'
import type { ApplyEffect } from '@wadi/runtime-executor/round/effect'
import type { RoundInput } from '@wadi/runtime-executor/round/input'
import type { RoundConfig } from '@wadi/runtime-executor/round/roundState'
import { nextRound, stateRootOf } from '@wadi/runtime-protocol/block'
import {
  commitmentContext,
  signCommitment,
} from '@wadi/runtime-protocol/commitments/executorCommitment'
import { signProposal } from '@wadi/runtime-protocol/commitments/proposal'
import type { Ask } from '../chain.ts'
import { LATEST_ROUND, type RoundHistory } from '../history/roundHistory.ts'
import { NamedTimers } from '../shells/namedTimers.ts'
import { RunningMachine } from '../shells/runningMachine.ts'
import type { RuntimeStore } from '../store/runtimeStore.ts'
import { CommitteeGossip } from './committeeGossip.ts'
import { ConsensusWatch } from './consensusWatch.ts'
import { EquivocationReports } from './equivocationReports.ts'
import type { ExecutorCounter } from './executorCounter.ts'
import { type MisdeedsIn, misbehaveIn } from './misdeedsIn.ts'
import { RoundBases } from './roundBases.ts'
import { RuntimeCalls } from './runtimeCalls.ts'
import type { SignedRecords } from './signedRecords.ts'

/** A transaction of the consensus layer before it is signed: the method, and its encoded body. */
export type MethodCall = Pick<Transaction, 'method' | 'body'>

/** What an executor works with. */
export interface ExecutorShellOptions {
  readonly config: RoundConfig
  /** Of its transactions; as it usually is unless told otherwise. */
  readonly pool?: PoolConfig | undefined
  readonly ask: Ask
  readonly history: RoundHistory
  readonly store: RuntimeStore
  readonly host: HostedRuntime
  readonly network: RuntimeNetwork
  /** The node's own. */
  readonly signer: Signer
  readonly records: SignedRecords
  /** Signs and submits in the name of the node; done when it is in a block. */
  readonly submit: (call: MethodCall) => Promise<unknown>
  readonly world: { readonly clock: Clock; readonly timers: Timers; readonly log: Logger }
  readonly counter: ExecutorCounter
  /** What it does against the protocol, for tests; honest without. */
  readonly misdeedsIn?: MisdeedsIn | undefined
  /** Is told of a fault of ours. */
  readonly onFatal: (error: unknown) => void
}

/** How a transaction is submitted. */
export interface SubmitOptions {
  readonly origin: 'local' | 'remote'
  /** Only whether it would be taken. */
  readonly isDryRun?: boolean
}

/** See the top of this file. */
export class ExecutorShell {
  readonly #options: ExecutorShellOptions
  readonly #calls: RuntimeCalls
  readonly #watch: ConsensusWatch
  readonly #gossip: CommitteeGossip
  readonly #machine: RunningMachine<ExecutorState, ExecutorInput, ExecutorEffect>
  readonly #timers: NamedTimers
  readonly #tickets = new Map<number, (outcome: SubmitOutcome) => void>()
  readonly #batches = new Map<number, (inputs: readonly Uint8Array[]) => void>()
  readonly #reports = new EquivocationReports()
  #lastTicket = 0
  readonly #leaving: (() => unknown)[] = []

  constructor(options: ExecutorShellOptions) {
    const { config, ask, records, network, world, misdeedsIn, onFatal } = options
    const { runtimeId } = config
    this.#options = options
    this.#timers = new NamedTimers(world.timers)
    this.#machine = new RunningMachine({
      start: startExecutor(config, records.load(), options.pool),
      step: (before, input) => {
        const { state, effects } = stepExecutor(before, input, world.clock.monotonicMs())
        options.counter.stepped(before, input, state, effects)
        const wanted = misdeedsIn === undefined ? effects : misbehaveIn(misdeedsIn, effects)
        return { state, effects: wanted }
      },
      carryOut: (effect) => this.#carryOut(effect),
      onFatal,
    })
    this.#calls = new RuntimeCalls(ask, options.host)
    this.#watch = new ConsensusWatch({
      ...world,
      ask,
      bases: new RoundBases(ask, runtimeId, (state) => options.counter.lived(state, config.own)),
      runtimeId,
      tell: (input) => this.#round(input),
      onFatal,
    })
    this.#gossip = new CommitteeGossip({
      network,
      config,
      stateOf: () => this.#machine.state,
      propose: (input) => this.#round(input),
      submit: (input) => this.submit(input, { origin: 'remote' }),
      timers: world.timers,
      onFatal,
    })
  }

  /** Begins to take part, when the history of the runtime is ready. */
  start(): void {
    const { history, host } = this.#options
    this.#gossip.start()
    const noteSynced = (round: bigint) => this.#round({ kind: 'round-synced', round })
    this.#leaving.push(
      () => this.#gossip.stop(),
      history.watchCommitted((block) => this.#watch.committed(block)),
      history.watchSeen(({ block }) => noteSynced(block.header.round)),
      host.watch((event) => this.#hostChanged(event)),
    )
    if (host.info !== undefined) this.#hostChanged({ kind: 'started', info: host.info })
    const last = history.committedBlock(LATEST_ROUND)
    if (last !== undefined) this.#watch.committed(last)
    if (history.lastSeenRound !== undefined) noteSynced(history.lastSeenRound)
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    this.#watch.applied(height)
  }

  /** Somebody commits: seen in the mempool, where nothing is sure yet. */
  commitmentSeen(commitment: ExecutorCommitment): void {
    this.#round({ kind: 'commitment', commitment, seen: 'mempool' })
  }

  /** Gives a transaction to the pool; what became of it when it was checked. */
  submit(input: Uint8Array, { origin, isDryRun = false }: SubmitOptions): Promise<SubmitOutcome> {
    const ticket = ++this.#lastTicket
    return new Promise((resolve) => {
      this.#tickets.set(ticket, resolve)
      this.#pool({ kind: 'submit', input, origin, ticket, isDryRun })
    })
  }

  /** Does any transaction wait to be checked or executed? */
  get hasTransactions(): boolean {
    const { main, pending, running } = this.#machine.state.pool
    return main.byKey.size > 0 || pending.byPlace.size > 0 || running !== undefined
  }

  /** Transactions that wait to be executed. */
  unconfirmed(): readonly Uint8Array[] {
    return allTransactions(this.#machine.state.pool)
  }

  /** These were found in a round that is final. */
  noteUsed(hashes: readonly Hash[]): void {
    this.#pool({ kind: 'use', hashes })
  }

  /** More transactions for the batch that the runtime makes. */
  fetchBatch(limit: number): readonly Uint8Array[] {
    const id = ++this.#lastTicket
    let found: readonly Uint8Array[] = []
    this.#batches.set(id, (inputs) => {
      found = inputs
    })
    this.#pool({ kind: 'fetch-batch', id, limit })
    this.#batches.delete(id)
    return found
  }

  /** The machine as it is: for answers, and for people. */
  get state(): ExecutorState {
    return this.#machine.state
  }

  /** Takes part no more; what is under way is left alone. */
  async stop(): Promise<void> {
    this.#machine.stop()
    for (const leave of this.#leaving.splice(0)) leave()
    this.#timers.cancelAll()
    await this.#watch.stop()
  }

  #round(input: RoundInput): void {
    this.#machine.give({ to: 'round', input })
  }

  #pool(input: PoolInput): void {
    this.#machine.give({ to: 'pool', input })
  }

  #hostChanged(event: RuntimeEvent): void {
    if (event.kind === 'started') {
      const initialBatchSize = event.info.features.scheduleControl?.initialBatchSize
      this.#round({ kind: 'runtime-status', initialBatchSize })
    } else if (event.kind === 'stopped' || event.kind === 'failed-to-start')
      this.#round({ kind: 'runtime-status', initialBatchSize: undefined })
  }

  #carryOut(effect: ExecutorEffect): void {
    switch (effect.kind) {
      case 'set-timer': {
        const { round, timer, afterMs } = effect
        const run = () => this.#round({ kind: 'timeout', round, timer })
        this.#timers.set(timer, afterMs, run)
        return
      }
      case 'execute': {
        const { id } = effect
        const answer = this.#attempt('the runtime did not execute', this.#calls.execute(effect))
        void answer.then((response) => this.#round({ kind: 'executed', id, response }))
        return
      }
      case 'apply': {
        const { id } = effect
        const outcome = this.#apply(effect)
        this.#round({ kind: 'applied', id, outcome })
        return
      }
      case 'remember':
        this.#options.records.save(effect.record)
        return
      case 'propose': {
        const { signer, config } = this.#options
        const { epoch } = effect
        this.#gossip.publishProposal(epoch, signProposal(signer, config, effect.proposal))
        return
      }
      case 'commit': {
        const { signer, config } = this.#options
        const context = commitmentContext(config.chainContext, config.runtimeId)
        const { commitment } = effect
        const commits = [signCommitment(signer, context, commitment)]
        const body = encode(ExecutorCommit, { id: config.runtimeId, commits })
        void this.#submitCall({ method: 'roothash.ExecutorCommit', body }).then((outcome) => {
          if (outcome === 'failed') this.#round({ kind: 'commit-failed', commitment })
        })
        return
      }
      case 'fetch-transactions': {
        const { round, hashes } = effect
        const answer = this.#attempt('peers gave nothing', this.#gossip.fetchTransactions(hashes))
        void answer.then((inputs = []) => this.#round({ kind: 'fetched', round, inputs }))
        return
      }
      case 'sync-runtime':
        void this.#attempt('the runtime did not follow', this.#calls.follow(effect.height))
        return
      case 'report-equivocation': {
        const runtime = this.#machine.state.round.base?.runtime
        if (runtime === undefined || !this.#reports.take(effect.evidence, runtime)) return
        const body = encode(Evidence, effect.evidence)
        void this.#submitCall({ method: 'roothash.Evidence', body })
        return
      }
      case 'trace': {
        const { what, round, rank } = effect
        this.#options.world.log.debug('a round goes on', { what, round, rank })
        return
      }
      default:
        this.#carryOutOfPool(effect)
    }
  }

  #carryOutOfPool(effect: PoolWish): void {
    switch (effect.kind) {
      case 'answer': {
        const { ticket, outcome } = effect
        const tell = this.#tickets.get(ticket)
        this.#tickets.delete(ticket)
        tell?.(outcome)
        return
      }
      case 'check': {
        const { id, inputs, deadlineMs } = effect
        const answer = this.#attempt(
          'transactions were not checked',
          this.#check(inputs, deadlineMs),
        )
        void answer.then((results) => this.#pool({ kind: 'checked', id, results }))
        return
      }
      case 'publish': {
        const failed = effect.transactions.filter(({ input }) => !this.#gossip.publish(input))
        if (failed.length === 0) return
        this.#pool({ kind: 'publish-failed', hashes: failed.map(({ hash }) => hash) })
        return
      }
      case 'suggested':
        this.#batches.get(effect.id)?.(effect.inputs)
        return
      default: {
        const { timer, afterMs } = effect
        this.#timers.set(`pool ${timer}`, afterMs, () => this.#pool({ kind: 'timeout', timer }))
      }
    }
  }

  async #check(inputs: readonly Uint8Array[], deadlineMs: number) {
    const { history } = this.#options
    const runtime = this.#machine.state.round.base?.runtime
    if (runtime === undefined) return undefined
    const annotated = history.block(LATEST_ROUND)
    return await this.#calls.check({ annotated, runtime }, inputs, deadlineMs)
  }

  /** Makes both trees of a round, and has them stay on the disk. */
  #apply({
    base: { header },
    ioRoot,
    ioWriteLog,
    stateRoot,
    stateWriteLog,
  }: ApplyEffect): 'durable' | 'failed' {
    const { store, world, counter } = this.#options
    const beganMs = world.clock.monotonicMs()
    const { namespace } = header
    const version = nextRound(header)
    const io: Root = { namespace, version, type: ROOT_TYPE_IO, hash: ioRoot }
    const state: Root = { namespace, version, type: ROOT_TYPE_STATE, hash: stateRoot }
    try {
      store.apply({ from: { ...io, hash: EMPTY_HASH }, to: io, writeLog: ioWriteLog })
      store.apply({ from: stateRootOf(header), to: state, writeLog: stateWriteLog })
      store.sync()
      counter.stored(world.clock.monotonicMs() - beganMs)
      return 'durable'
    } catch (error) {
      if (!isTold(error)) throw error
      world.log.error('what a round has changed could not be stored', { why: error.message })
      return 'failed'
    }
  }

  #submitCall(call: MethodCall): Promise<'submitted' | 'failed'> {
    const submitted = this.#options.submit(call).then(() => 'submitted' as const)
    return this.#attempt(`${call.method} is not in a block`, submitted, 'failed')
  }

  /** What did not work is logged, and `otherwise`; a fault of ours ends it all. */
  async #attempt<T, F = undefined>(
    failure: string,
    work: Promise<T>,
    otherwise?: F,
  ): Promise<T | F> {
    try {
      return await work
    } catch (error) {
      if (isTold(error)) this.#options.world.log.warn(failure, { why: error.message })
      else this.#machine.fail(error)
      return otherwise as F
    }
  }
}

/** What the pool wants of the world. */
type PoolWish = Extract<
  ExecutorEffect,
  { readonly kind: 'answer' | 'check' | 'publish' | 'suggested' | 'set-pool-timer' }
>
