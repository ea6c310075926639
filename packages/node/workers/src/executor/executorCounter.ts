/** Counts what a compute node's machine does, by what goes in and what comes out. */

import { EMPTY_BYTES, equalBytes, toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import type { InstrumentsOf, MetricsRegistry } from '@wadi/base/metrics'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { HEADER_TYPES, type Header } from '@wadi/consensus/roothash/block'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { ExecutorEffect, ExecutorInput, ExecutorState } from '@wadi/runtime-executor/executor'
import type { PoolState } from '@wadi/runtime-executor/pool/poolState'
import type { RoundState } from '@wadi/runtime-executor/round/roundState'
import { executorMetrics } from './metrics.ts'

const MS_PER_SECOND = 1000
/** What a block that comes meanwhile makes an end of. */
const BUSY: ReadonlySet<string> = new Set(['collecting', 'executing', 'applying'])

/** See the top of this file. */
export class ExecutorCounter {
  readonly #metrics: InstrumentsOf<typeof executorMetrics>
  readonly #of: { readonly runtime: string }
  readonly #clock: Clock
  /** When the runtime was called, by the number of the call. */
  #called: { readonly id: number; readonly atMs: number } | undefined
  /** When the work on the batch of this round began. */
  #batchMs: number | undefined

  constructor(metrics: MetricsRegistry, runtimeId: Namespace, clock: Clock) {
    this.#metrics = metrics.registerOnce(executorMetrics)
    this.#of = { runtime: toHex(runtimeId) }
    this.#clock = clock
  }

  /** A block of the runtime is final. */
  block({ headerType }: Header, peers: number): void {
    this.#metrics.blocks.add(1, this.#of)
    if (headerType === HEADER_TYPES.roundFailed) this.#metrics.failedRounds.add(1, this.#of)
    this.#metrics.peers.set(peers, this.#of)
  }

  /** How often the node has done its part in this epoch. */
  lived({ committee, livenessStats }: RuntimeState, own: PublicKey): void {
    const { rounds, liveRounds, liveRatio } = this.#metrics
    const members = committee?.members ?? []
    const isOwn = (i: number) => equalBytes(members[i]?.publicKey ?? EMPTY_BYTES, own)
    const places = [...members.keys()].filter(isOwn)
    if (places.length === 0) {
      liveRatio.set(1, this.#of)
      return
    }
    if (livenessStats === undefined) return
    const total = Number(livenessStats.totalRounds)
    const lives = places.map((i) => Number(livenessStats.goodRounds?.[i] ?? 0n))
    const live = lives.reduce((sum, one) => sum + one, 0)
    rounds.set(total, this.#of)
    liveRounds.set(live, this.#of)
    if (total > 0) liveRatio.set(live / total, this.#of)
  }

  /** The trees of a round were stored. */
  stored(ms: number): void {
    this.#metrics.storeSeconds.observe(ms / MS_PER_SECOND, this.#of)
  }

  stepped(
    before: ExecutorState,
    input: ExecutorInput,
    after: ExecutorState,
    effects: readonly ExecutorEffect[],
  ): void {
    const batchMs = this.#batchMs
    this.#countInput(before, input)
    if (before.round !== after.round) this.#countRound(before.round, after.round)
    if (before.pool !== after.pool) this.#countPool(after.pool)
    for (const effect of effects) this.#countEffect(effect, batchMs)
  }

  #countInput({ round }: ExecutorState, { to, input }: ExecutorInput): void {
    if (to === 'pool') {
      if (input.kind !== 'checked') return
      for (const { error } of input.results ?? []) {
        const { accepted, rejected } = this.#metrics
        ;(error.code === 0 ? accepted : rejected).add(1, this.#of)
      }
      return
    }
    const isEvent = input.kind === 'commitment' && input.seen === 'block'
    if (isEvent || input.kind === 'discrepancy') this.#metrics.events.add(1, this.#of)
    if (input.kind === 'new-block') {
      const work = round.round?.work.kind
      if (work !== undefined && BUSY.has(work)) this.#metrics.aborted.add(1, this.#of)
    }
    if (input.kind === 'executed' && input.id === this.#called?.id) {
      const ms = this.#clock.monotonicMs() - this.#called.atMs
      this.#metrics.runtimeSeconds.observe(ms / MS_PER_SECOND, this.#of)
      this.#called = undefined
    }
  }

  #countRound(before: RoundState, after: RoundState): void {
    const { epoch, committees, isWorker, isBackupWorker, discrepancies } = this.#metrics
    const committee = after.base?.committee
    if (committee !== undefined && committee.validFor !== before.base?.committee?.validFor) {
      committees.add(1, this.#of)
      epoch.set(Number(committee.validFor), this.#of)
    }
    const { round } = after
    isWorker.set(round?.role.isWorker === true ? 1 : 0, this.#of)
    isBackupWorker.set(round?.role.isBackupWorker === true ? 1 : 0, this.#of)
    const isSame = before.round?.number === round?.number
    const wasKnown = isSame && before.round?.discrepancy?.source === 'consensus'
    if (!wasKnown && round?.discrepancy?.source === 'consensus') discrepancies.add(1, this.#of)
    if (!isSame) this.#batchMs = undefined
  }

  #countPool({ pending, main, incoming }: PoolState): void {
    this.#metrics.checking.set(pending.byPlace.size, this.#of)
    this.#metrics.scheduling.set(main.byKey.size, this.#of)
    this.#metrics.incoming.set(incoming.size, this.#of)
  }

  #countEffect(effect: ExecutorEffect, batchMs: number | undefined): void {
    const nowMs = this.#clock.monotonicMs()
    if (effect.kind === 'execute') {
      this.#called = { id: effect.id, atMs: nowMs }
      this.#batchMs ??= nowMs
      this.#metrics.batchSize.observe(effect.inputs.length, this.#of)
    }
    if (effect.kind === 'trace' && effect.what === 'finalized' && batchMs !== undefined)
      this.#metrics.batchSeconds.observe((nowMs - batchMs) / MS_PER_SECOND, this.#of)
  }
}
