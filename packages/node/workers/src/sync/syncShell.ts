/**
 * The world of the machine that keeps a runtime's trees: blocks from its history, changes and
 * checkpoints from peers, and the store that has it all in the end.
 */

import { toHex } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type { Header } from '@wadi/consensus/roothash/block'
import { logEvents } from '@wadi/contracts/log-events'
import type { Feedback, RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { RootType } from '@wadi/mkvs/roots'
import type { SyncEffect } from '@wadi/runtime-executor/sync/effect'
import type { DiffInput, SyncInput } from '@wadi/runtime-executor/sync/input'
import { type SyncStepped, startSync, stepSync } from '@wadi/runtime-executor/sync/step'
import type { SyncStart, SyncState } from '@wadi/runtime-executor/sync/syncState'
import { LATEST_ROUND, type RoundHistory } from '../history/roundHistory.ts'
import { RATED_PEERS_MAX } from '../limits.ts'
import type { StoragePeers } from '../peers/askPeers.ts'
import { NamedTimers } from '../shells/namedTimers.ts'
import { RunningMachine } from '../shells/runningMachine.ts'
import type { RuntimeStore } from '../store/runtimeStore.ts'
import { fetchChunk, listCheckpoints, wantCheckpoints } from './fetchCheckpoints.ts'
import { fetchDiff, wantDiffs } from './fetchDiff.ts'
import type { SyncCounter } from './syncCounter.ts'
import { TreeRestore } from './treeRestore.ts'

/** What is kept in step, and with whose help. */
export interface SyncShellOptions {
  readonly start: SyncStart
  readonly chainContext: string
  readonly history: RoundHistory
  readonly store: RuntimeStore
  readonly network: Pick<RuntimeNetwork, 'ask' | 'askMany' | 'want'>
  readonly timers: Timers
  readonly log: Logger
  readonly counter: SyncCounter
  /** Is told when the node has become of use to others, or is not any more. */
  readonly onAvailability: (isAvailable: boolean) => void
  /** Is told why nothing can go on. */
  readonly onFatal: (error: unknown) => void
}

type EffectOf<K extends SyncEffect['kind']> = Extract<SyncEffect, { readonly kind: K }>

/** See the top of this file. */
export class SyncShell {
  readonly #options: SyncShellOptions
  readonly #peers: StoragePeers
  readonly #restore: TreeRestore
  readonly #timers: NamedTimers
  /** What can be said of those who have answered; who answered last is the last. */
  readonly #feedback = new Map<string, Feedback>()
  /** What ends the questions that are under way. */
  readonly #asking = new Set<AbortController>()
  readonly #machine: RunningMachine<SyncStepped['state'], SyncInput, SyncEffect>
  #leave: (() => void) | undefined

  constructor(options: SyncShellOptions) {
    const { start, chainContext, network, store, timers, counter, onFatal } = options
    this.#options = options
    this.#timers = new NamedTimers(timers)
    this.#machine = new RunningMachine({
      start: startSync(start),
      step: (before, input) => {
        const stepped = stepSync(before, input)
        counter.stepped(before, stepped.state)
        this.#tellRestored(before, stepped.state)
        return stepped
      },
      carryOut: (effect) => this.#carryOut(effect),
      onFatal: (error) => {
        this.stop()
        onFatal(error)
      },
    })
    this.#peers = { network, chainContext, runtimeId: start.namespace }
    this.#restore = new TreeRestore(store.database)
  }

  /** Begins to follow the history, which is ready. */
  start(): void {
    const { history, start } = this.#options
    wantDiffs(this.#peers)
    wantCheckpoints(this.#peers)
    if (start.last !== undefined) this.#noteSynced(start.last.round)
    const tell = (header: Header) => this.#machine.give({ kind: 'new-block', header })
    this.#leave = history.watchCommitted(({ block }) => tell(block.header))
    const last = history.committedBlock(LATEST_ROUND)
    if (last !== undefined) tell(last.block.header)
  }

  /** Nothing more is fetched or told. */
  stop(): void {
    for (const aborter of this.#asking) aborter.abort()
    this.#leave?.()
    this.#machine.stop()
    this.#timers.cancelAll()
  }

  /** How far it is. */
  get state(): SyncStepped['state'] {
    return this.#machine.state
  }

  #carryOut(effect: SyncEffect): void {
    switch (effect.kind) {
      case 'read-headers':
        this.#machine.give({ kind: 'headers', headers: this.#headersOf(effect.rounds) })
        return
      case 'fetch-diff':
        this.#work(this.#fetchDiff(effect))
        return
      case 'apply':
        this.#machine.give({ ...whose(effect), kind: 'applied', outcome: this.#apply(effect) })
        return
      case 'finalize':
        this.#machine.give({
          kind: 'finalized',
          round: effect.round,
          outcome: this.#finalize(effect),
        })
        return
      case 'synced':
        this.#noteSynced(effect.round)
        return
      case 'set-availability':
        this.#options.onAvailability(effect.isAvailable)
        return
      case 'feedback':
        this.#rate(effect)
        return
      case 'set-timer': {
        const { timer, afterMs } = effect
        this.#timers.set(timer, afterMs, () => this.#machine.give({ kind: 'timeout', timer }))
        return
      }
      case 'stop':
        this.#options.log.error('the trees of a runtime cannot be kept', { why: effect.why })
        return
      default:
        this.#carryOutRestore(effect)
    }
  }

  #carryOutRestore(effect: RestoreEffect): void {
    switch (effect.kind) {
      case 'list-checkpoints':
        this.#work(this.#listCheckpoints(effect))
        return
      case 'begin-restore':
        this.#restore.begin(effect.round)
        return
      case 'restore-tree':
        this.#restore.beginTree(effect.checkpoint)
        return
      case 'fetch-chunk':
        this.#work(this.#fetchChunk(effect))
        return
      default:
        this.#restore.abort()
    }
  }

  #headersOf(rounds: readonly bigint[]): readonly Header[] {
    const { history } = this.#options
    return rounds.flatMap((round) => history.committedBlock(round)?.block.header ?? [])
  }

  async #fetchDiff({ from, to, deadlineMs, ...rest }: EffectOf<'fetch-diff'>): Promise<SyncInput> {
    const tell = (outcome: DiffInput['outcome']): SyncInput => {
      return { ...whose({ ...rest, type: to.type }), kind: 'diff', outcome }
    }
    if (this.#options.store.hasRoot(to)) return tell({ kind: 'present' })
    try {
      const fetched = (signal: AbortSignal) => fetchDiff(this.#peers, { from, to }, signal)
      const answer = await this.#within(deadlineMs, fetched)
      const peer = this.#note(answer.feedback)
      return tell({ kind: 'fetched', writeLog: answer.value, peer })
    } catch (error) {
      this.#tolerate(error)
      return tell({ kind: 'failed' })
    }
  }

  #apply({ from, to, writeLog }: EffectOf<'apply'>): 'applied' | 'other-root' | 'failed' {
    const { store, log } = this.#options
    try {
      store.apply({ from, to, writeLog })
      return 'applied'
    } catch (error) {
      if (!isTold(error)) throw error
      if (error.reason === 'workers.otherRoot') return 'other-root'
      log.warn('what a round has changed could not be stored', { why: error.message })
      return 'failed'
    }
  }

  #finalize({ round, roots }: EffectOf<'finalize'>): 'final' | 'failed' {
    const { store, log } = this.#options
    // Whoever restored a round has made it final with its last tree.
    if (store.lastRound !== undefined && store.lastRound >= round) return 'final'
    try {
      store.database.finalize(roots)
      return 'final'
    } catch (error) {
      if (!isTold(error)) throw error
      log.error('a round could not be made final', { round, why: error.message })
      return 'failed'
    }
  }

  #tellRestored(before: SyncState, { restore, isStopped, finalized: round }: SyncState): void {
    if (before.restore?.step !== 'finalizing' || restore !== undefined || isStopped) return
    const { log, start } = this.#options
    const facts = { runtime: start.namespace, round }
    const log_event = logEvents.checkpointSyncSuccess
    log.info('the trees of a runtime were taken from others', { ...facts, log_event })
  }

  #noteSynced(round: bigint): void {
    const { history } = this.#options
    // After a restart trees may be here of rounds whose blocks are found again only now.
    if (history.committedBlock(round) !== undefined) history.synced(round)
  }

  async #listCheckpoints({ deadlineMs }: EffectOf<'list-checkpoints'>): Promise<SyncInput> {
    try {
      const note = (feedback: Feedback) => this.#note(feedback)
      const listed = (signal: AbortSignal) => listCheckpoints(this.#peers, signal, note)
      const checkpoints = await this.#within(deadlineMs, listed)
      return { kind: 'checkpoints', checkpoints }
    } catch (error) {
      this.#tolerate(error)
      return { kind: 'checkpoints', checkpoints: undefined }
    }
  }

  /** Undefined: its tree was given up meanwhile, and another one may have begun. */
  async #fetchChunk(effect: EffectOf<'fetch-chunk'>): Promise<SyncInput | undefined> {
    const { checkpoint, index, deadlineMs } = effect
    const { root } = checkpoint
    try {
      const fetched = (signal: AbortSignal) => fetchChunk(this.#peers, checkpoint, index, signal)
      const answer = await this.#within(deadlineMs, fetched)
      if (!this.#isWanted(effect)) return undefined
      const peer = this.#note(answer.feedback)
      return { kind: 'chunk', root, index, peer, outcome: this.#restore.take(index, answer.value) }
    } catch (error) {
      this.#tolerate(error)
      return this.#isWanted(effect)
        ? { kind: 'chunk', root, index, outcome: 'unavailable' }
        : undefined
    }
  }

  /** A checkpoint that is tried once more is another one: it was offered again. */
  #isWanted({ checkpoint, index }: EffectOf<'fetch-chunk'>): boolean {
    const tree = this.#machine.state.restore?.tree
    return tree?.checkpoint === checkpoint && tree.inFlight.has(index)
  }

  /** What a peer answers may be an error; that is no reason to stop. */
  #tolerate(error: unknown): void {
    if (!isTold(error)) throw error
    this.#options.log.debug('peers did not give what was asked for', { why: error.message })
  }

  /**
   * Has something end in time, or when nobody wants it any more. The signal is not made of others:
   * as long as somebody listens to such a one, Node holds on to all that the listener knows.
   */
  async #within<T>(deadlineMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const aborter = new AbortController()
    this.#asking.add(aborter)
    const timer = this.#options.timers.after(deadlineMs, () => aborter.abort())
    try {
      return await work(aborter.signal)
    } finally {
      timer.cancel()
      this.#asking.delete(aborter)
    }
  }

  #work(work: Promise<SyncInput | undefined>): void {
    work.then(
      (input) => input && this.#machine.give(input),
      (error: unknown) => this.#machine.fail(error),
    )
  }

  #note(feedback: Feedback): string {
    const name = toHex(feedback.peer)
    this.#feedback.delete(name)
    this.#feedback.set(name, feedback)
    const [oldest] = this.#feedback.keys()
    if (this.#feedback.size > RATED_PEERS_MAX && oldest !== undefined) this.#feedback.delete(oldest)
    return name
  }

  #rate({ peer, verdict }: EffectOf<'feedback'>): void {
    const feedback = this.#feedback.get(peer)
    if (verdict === 'good') feedback?.succeeded()
    else if (verdict === 'failed') feedback?.failed()
    else feedback?.misbehaved()
  }
}

type RestoreEffect = EffectOf<
  'list-checkpoints' | 'begin-restore' | 'restore-tree' | 'fetch-chunk' | 'abort-restore'
>

function whose({ round, type }: { readonly round: bigint; readonly type: RootType }) {
  return { round, type }
}
