/** From round to round: fetch what is missing, many rounds at once, and apply it in order. */

import { equalBytes } from '@wadi/base/bytes'
import { ROOT_TYPE_IO, type Root, type RootType } from '@wadi/mkvs/roots'
import { ROUNDS_IN_FLIGHT_MAX, ROUNDS_PENDING_MAX } from '../limits.ts'
import { finalizeNext } from './finalizeRound.ts'
import type { AppliedInput, DiffInput } from './input.ts'
import { emit, emptyIoRoot, ioRootOf, type SyncRun, stateRootOf } from './run.ts'
import type { RoundProgress, SyncedRoots, TreeProgress } from './syncState.ts'

const DIFF_TIMEOUT_MS = 15_000
const NEEDED: TreeProgress = { kind: 'needed' }
const APPLIED: TreeProgress = { kind: 'applied' }

/**
 * Has everything fetched that is missing and not under way, and applies what is here. Each round
 * that is done makes room for another one.
 */
export function advance(run: SyncRun): void {
  if (run.state.isResting) return
  for (;;) {
    const before = run.state.applied
    fetchMissing(run)
    applyNext(run)
    if (run.state.applied === before) return
  }
}

function fetchMissing(run: SyncRun): void {
  const { state } = run
  const { applied, latest } = state
  if (applied === undefined || latest === undefined) return
  const last = least(latest, applied.round + BigInt(ROUNDS_IN_FLIGHT_MAX))
  const unknown: bigint[] = []
  let before: SyncedRoots | undefined = applied
  for (let round = applied.round + 1n; round <= last; round++) {
    const roots = state.roots.get(round)
    if (roots === undefined) unknown.push(round)
    if (roots !== undefined && before !== undefined) fetchRound(run, before, roots)
    before = roots
  }
  if (unknown.length === 0 || state.isReading) return
  state.isReading = true
  emit(run, { kind: 'read-headers', rounds: unknown })
}

function fetchRound(run: SyncRun, before: SyncedRoots, roots: SyncedRoots): void {
  const { round } = roots
  const { io, state } = run.state.rounds.get(round) ?? { io: NEEDED, state: NEEDED }
  if (io.kind !== 'needed' && state.kind !== 'needed') return
  const trees = treesOf(run, before, roots)
  setProgress(run, round, {
    io: fetchTree(run, io, trees.io),
    state: fetchTree(run, state, trees.state),
  })
}

interface Step {
  readonly from: Root
  readonly to: Root
}

function treesOf(
  run: SyncRun,
  before: SyncedRoots,
  roots: SyncedRoots,
): { readonly io: Step; readonly state: Step } {
  return {
    io: { from: emptyIoRoot(run, roots), to: ioRootOf(run, roots) },
    state: { from: stateRootOf(run, before), to: stateRootOf(run, roots) },
  }
}

function fetchTree(run: SyncRun, tree: TreeProgress, { from, to }: Step): TreeProgress {
  if (tree.kind !== 'needed') return tree
  // Rounds without a result change nothing, and nobody has anything to give.
  if (equalBytes(from.hash, to.hash)) return { kind: 'fetched', writeLog: [], peer: undefined }
  emit(run, { kind: 'fetch-diff', round: to.version, from, to, deadlineMs: DIFF_TIMEOUT_MS })
  return { kind: 'fetching' }
}

/** What a peer said, or that nobody did: then it is asked for again with the next thing. */
export function takeDiff(run: SyncRun, { round, type, outcome }: DiffInput): void {
  if (treeOf(run, round, type)?.kind !== 'fetching') return
  switch (outcome.kind) {
    case 'present':
      setTree(run, round, type, { kind: 'fetched', writeLog: undefined, peer: undefined })
      break
    case 'fetched': {
      const { writeLog, peer } = outcome
      setTree(run, round, type, { kind: 'fetched', writeLog, peer })
      break
    }
    case 'failed':
      setTree(run, round, type, NEEDED)
      if (round === (run.state.applied?.round ?? 0n) + 1n) run.state.nextFailures++
      return
  }
  advance(run)
}

/** Only the root tells whether a peer was honest. */
export function takeApplied(run: SyncRun, { round, type, outcome }: AppliedInput): void {
  const tree = treeOf(run, round, type)
  if (tree?.kind !== 'applying') return
  const { peer } = tree
  // A disk that fails says nothing of whoever gave the changes.
  if (peer !== undefined && outcome !== 'failed') {
    emit(run, { kind: 'feedback', peer, verdict: outcome === 'applied' ? 'good' : 'bad' })
  }
  setTree(run, round, type, outcome === 'applied' ? APPLIED : NEEDED)
  // Somebody else may have what this one has not; what storage could not do has to wait, or both
  // trees of a round would be fetched in turn as fast as peers answer.
  if (outcome === 'failed') run.state.isResting = true
  else advance(run)
}

/** Applies the round after the last one as far as it is here, one tree after the other. */
function applyNext(run: SyncRun): void {
  for (;;) {
    const { applied, roots, rounds, pending } = run.state
    if (applied === undefined || pending.length >= ROUNDS_PENDING_MAX) break
    const next = roots.get(applied.round + 1n)
    const progress = rounds.get(applied.round + 1n)
    if (next === undefined || progress === undefined) break
    const trees = treesOf(run, applied, next)
    // Storage changes one tree at a time.
    const isStateBusy = progress.state.kind === 'applying'
    const io = isStateBusy ? progress.io : applyTree(run, progress.io, trees.io)
    const isIoBusy = io.kind === 'applying'
    const state = isIoBusy ? progress.state : applyTree(run, progress.state, trees.state)
    setProgress(run, next.round, { io, state })
    if (io.kind !== 'applied' || state.kind !== 'applied') break
    finishRound(run, next)
  }
  finalizeNext(run)
}

function applyTree(run: SyncRun, tree: TreeProgress, { from, to }: Step): TreeProgress {
  if (tree.kind !== 'fetched') return tree
  const { writeLog, peer } = tree
  if (writeLog === undefined) return APPLIED
  emit(run, { kind: 'apply', round: to.version, type: to.type, from, to, writeLog })
  return { kind: 'applying', peer }
}

function finishRound({ state }: SyncRun, roots: SyncedRoots): void {
  const { round } = roots
  state.applied = roots
  state.nextFailures = 0
  state.pending = [...state.pending, roots]
  state.roots = without(state.roots, round)
  state.rounds = without(state.rounds, round)
}

function treeOf({ state }: SyncRun, round: bigint, type: RootType): TreeProgress | undefined {
  const progress = state.rounds.get(round)
  return type === ROOT_TYPE_IO ? progress?.io : progress?.state
}

function setTree(run: SyncRun, round: bigint, type: RootType, tree: TreeProgress): void {
  const progress = run.state.rounds.get(round)
  if (progress === undefined) return
  const changed = type === ROOT_TYPE_IO ? { ...progress, io: tree } : { ...progress, state: tree }
  setProgress(run, round, changed)
}

function setProgress({ state }: SyncRun, round: bigint, progress: RoundProgress): void {
  state.rounds = new Map(state.rounds).set(round, progress)
}

function without<V>(map: ReadonlyMap<bigint, V>, round: bigint): ReadonlyMap<bigint, V> {
  const rest = new Map(map)
  rest.delete(round)
  return rest
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
