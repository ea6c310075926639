/** Counts how far the trees of a runtime are, by what the machine that keeps them says. */

import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import type { InstrumentsOf, MetricsRegistry } from '@wadi/base/metrics'
import type { Namespace } from '@wadi/primitives/namespace'
import type { SyncState } from '@wadi/runtime-executor/sync/syncState'
import { storageMetrics } from './metrics.ts'

const MS_PER_SECOND = 1000

/** See the top of this file. */
export class SyncCounter {
  readonly #metrics: InstrumentsOf<typeof storageMetrics>
  readonly #of: { readonly runtime: string }
  readonly #clock: Clock
  /** When the rounds that are under way began to be; there are no more than the machine has. */
  readonly #begunMs = new Map<bigint, number>()

  constructor(metrics: MetricsRegistry, runtimeId: Namespace, clock: Clock) {
    this.#metrics = metrics.registerOnce(storageMetrics)
    this.#of = { runtime: toHex(runtimeId) }
    this.#clock = clock
  }

  stepped(before: SyncState, after: SyncState): void {
    const { fullRound, syncedRound, pendingRound } = this.#metrics
    if (before.rounds !== after.rounds) {
      let last: bigint | undefined
      for (const round of after.rounds.keys()) {
        if (!this.#begunMs.has(round)) this.#begunMs.set(round, this.#clock.monotonicMs())
        if (last === undefined || round > last) last = round
      }
      if (last !== undefined) pendingRound.set(Number(last), this.#of)
    }
    if (after.applied !== undefined && before.applied !== after.applied) {
      syncedRound.set(Number(after.applied.round), this.#of)
      this.#applied(after.applied.round)
    }
    if (after.finalized !== undefined) fullRound.set(Number(after.finalized), this.#of)
  }

  /** The trees of a round are gone. */
  pruned(ms: number): void {
    this.#metrics.pruneSeconds.observe(ms / MS_PER_SECOND, this.#of)
  }

  #applied(last: bigint): void {
    for (const [round, begunMs] of this.#begunMs) {
      if (round > last) continue
      this.#begunMs.delete(round)
      const ms = this.#clock.monotonicMs() - begunMs
      this.#metrics.syncSeconds.observe(ms / MS_PER_SECOND, this.#of)
    }
  }
}
