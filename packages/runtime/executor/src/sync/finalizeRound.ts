/** Rounds become final in order, one at a time, while later ones are fetched and applied. */

import type { FinalizedInput } from './input.ts'
import { emit, ioRootOf, type SyncRun, stateRootOf, stop } from './run.ts'

/** Fewer rounds behind than this, a node is of use; more than that, it is not. */
const AVAILABLE_ROUNDS = 10n
const UNAVAILABLE_ROUNDS = 15n

/** Has the next round made final, if none is under way. */
export function finalizeNext(run: SyncRun): void {
  const { state } = run
  const [next] = state.pending
  if (next === undefined || state.isFinalizing) return
  state.isFinalizing = true
  const roots = [ioRootOf(run, next), stateRootOf(run, next)]
  emit(run, { kind: 'finalize', round: next.round, roots })
}

/** Where storage cannot do it, nothing helps. */
export function takeFinalized(run: SyncRun, { round, outcome }: FinalizedInput): void {
  const { state } = run
  const [next, ...pending] = state.pending
  if (next?.round !== round || !state.isFinalizing) return
  state.isFinalizing = false
  if (outcome === 'failed') {
    stop(run, `round ${round} cannot be made final`)
    return
  }
  state.pending = pending
  state.finalized = round
  emit(run, { kind: 'synced', round })
  updateAvailability(run)
  finalizeNext(run)
}

/** Between the two bounds nothing changes, so that the node does not come and go. */
export function updateAvailability(run: SyncRun): void {
  const { state } = run
  if (state.finalized === undefined || state.latest === undefined) return
  const behind = state.latest - state.finalized
  const isAvailable = state.isAvailable ? behind <= UNAVAILABLE_ROUNDS : behind < AVAILABLE_ROUNDS
  if (isAvailable === state.isAvailable) return
  state.isAvailable = isAvailable
  emit(run, { kind: 'set-availability', isAvailable })
}
