/** The pool of a runtime's transactions, as a machine. */

import { toHex } from '@wadi/base/bytes'
import { unreachable } from '@wadi/base/errors'
import { EMPTY_HASH_MAP } from '../persistent/hashMap.ts'
import {
  dropTooLarge,
  recheck,
  recheckGaps,
  runChecks,
  takeChecked,
  takeSubmitted,
} from './checks.ts'
import type { PoolEffect } from './effect.ts'
import type { FetchBatchInput, PoolBlockInput, PoolInput, PoolTimer } from './input.ts'
import type { PoolState } from './poolState.ts'
import { publish, takeUnpublished } from './publish.ts'
import { emit, type PoolRun } from './run.ts'
import { suggest, suggestMore } from './suggest.ts'
import { holdProposed, incomingOf, takeProposed, takeRejected, takeUsed } from './takeUsed.ts'

/** What comes of an input. */
export interface PoolStepped {
  readonly state: PoolState
  /** In the order in which they are to be carried out. */
  readonly effects: readonly PoolEffect[]
}

/**
 * What comes of an input at a time, which is that of any clock that never goes back. The given
 * state stays as it is.
 */
export function stepPool(state: PoolState, input: PoolInput, nowMs: number): PoolStepped {
  const run: PoolRun = { state: { ...state }, nowMs, effects: [] }
  take(run, input)
  return { state: run.state, effects: run.effects }
}

function take(run: PoolRun, input: PoolInput): void {
  const { state } = run
  switch (input.kind) {
    case 'submit':
      takeSubmitted(run, input)
      return
    case 'checked':
      takeChecked(run, input)
      return
    case 'block':
      takeBlock(run, input)
      return
    case 'synced':
      state.syncedRound = input.round
      runChecks(run)
      return
    case 'runtime':
      state.isRuntimeReady = input.isReady
      runChecks(run)
      return
    case 'propose':
      takeProposed(run, input.inputs)
      return
    case 'hold':
      holdProposed(run, input.hashes)
      return
    case 'clear-proposed':
      state.proposed = EMPTY_HASH_MAP
      return
    case 'reject':
      takeRejected(run, input.hashes)
      return
    case 'use':
      takeUsed(run, input.hashes)
      return
    case 'begin-session':
      state.main = suggest(state, input).queue
      state.generousUntilMs = run.nowMs + input.generousMs
      return
    case 'fetch-batch':
      takeFetch(run, input)
      return
    case 'recheck':
      recheck(run)
      return
    case 'publish-failed':
      takeUnpublished(run, input.hashes.map(toHex))
      return
    case 'timeout':
      takeTimeout(run, input.timer)
      return
    default:
      unreachable(input, 'input')
  }
}

function takeBlock(run: PoolRun, input: PoolBlockInput): void {
  const { state, nowMs } = run
  const { round, batchSizeBytesMax } = input
  const isOtherSize = state.block?.batchSizeBytesMax !== batchSizeBytesMax
  state.block = { round, receivedMs: nowMs, batchSizeBytesMax }
  if (isOtherSize) dropTooLarge(run)
  state.incoming = incomingOf(input)
  if (round - state.lastRecheckRound > state.config.recheckRounds) recheck(run)
  else recheckGaps(run)
}

function takeFetch(run: PoolRun, { id, limit }: FetchBatchInput): void {
  const { queue, txs } = suggestMore(run.state, limit, run.nowMs)
  run.state.main = queue
  emit(run, { kind: 'suggested', id, inputs: txs.map(({ input }) => input) })
}

function takeTimeout(run: PoolRun, timer: PoolTimer): void {
  switch (timer) {
    case 'check':
      runChecks(run)
      return
    case 'publish':
      publish(run)
      return
    default:
      unreachable(timer, 'timer')
  }
}
