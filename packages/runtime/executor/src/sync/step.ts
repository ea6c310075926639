/** The storage of a runtime, as a machine. */

import { unreachable } from '@wadi/base/errors'
import { NEXT_FAILURES_MAX, ROUNDS_IN_FLIGHT_MAX } from '../limits.ts'
import type { SyncEffect } from './effect.ts'
import { takeFinalized, updateAvailability } from './finalizeRound.ts'
import { advance, takeApplied, takeDiff } from './followRounds.ts'
import type { HeadersInput, NewBlockInput, SyncInput, SyncTimer } from './input.ts'
import { beginRestore, checkCandidates, takeCheckpoints, takeChunk } from './restore.ts'
import { emit, rootsOf, type SyncRun } from './run.ts'
import type { SyncedRoots, SyncStart, SyncState } from './syncState.ts'

const HEARTBEAT_MS = 5_000
const HEARTBEAT_MS_MAX = 20_000

/** What comes of an input. */
export interface SyncStepped {
  readonly state: SyncState
  /** In the order in which they are to be carried out. */
  readonly effects: readonly SyncEffect[]
}

/** Storage as it is when a node starts. Nothing happens before the first block is known. */
export function startSync(start: SyncStart): SyncState {
  const { last } = start
  return {
    start,
    latest: undefined,
    applied: last,
    finalized: last?.round,
    roots: new Map(),
    rounds: new Map(),
    pending: [],
    isFinalizing: false,
    isReading: false,
    isResting: false,
    isAvailable: false,
    heartbeatMs: HEARTBEAT_MS,
    nextFailures: 0,
    restore: undefined,
    isStopped: false,
  }
}

/** What comes of an input. The given state stays as it is. */
export function stepSync(state: SyncState, input: SyncInput): SyncStepped {
  const run: SyncRun = { state: { ...state }, effects: [] }
  if (!state.isStopped) take(run, input)
  return { state: run.state, effects: run.effects }
}

function take(run: SyncRun, input: SyncInput): void {
  const wasRestoring = run.state.restore !== undefined
  switch (input.kind) {
    case 'new-block':
      takeBlock(run, input)
      break
    case 'headers':
      takeHeaders(run, input)
      break
    case 'diff':
      takeDiff(run, input)
      if (isStuck(run.state)) restoreInstead(run)
      break
    case 'applied':
      takeApplied(run, input)
      break
    case 'finalized':
      takeFinalized(run, input)
      if (run.state.restore?.step === 'finalizing') run.state.restore = undefined
      break
    case 'checkpoints':
      takeCheckpoints(run, input)
      break
    case 'chunk':
      takeChunk(run, input)
      break
    case 'timeout':
      takeTimeout(run, input.timer)
      break
    default:
      unreachable(input, 'input')
  }
  // What was not looked at while a checkpoint was restored.
  if (wasRestoring && run.state.restore === undefined) advance(run)
}

function takeBlock(run: SyncRun, { header }: NewBlockInput): void {
  const { state } = run
  const isFirst = state.latest === undefined
  if (!isFirst && header.round <= (state.latest ?? 0n)) return
  state.latest = header.round
  state.isResting = false
  updateAvailability(run)
  if (isFirst && wantsCheckpoint(state, header.round)) beginRestore(run)
  setHeartbeat(run, HEARTBEAT_MS)
  if (state.restore !== undefined) return
  noteRoots(run, [rootsOf(header)])
  advance(run)
}

/**
 * A few rounds are fetched faster one by one. The reference looks for checkpoints whenever it has
 * fetched nothing yet, which costs it ten seconds in a young network.
 */
function wantsCheckpoint({ applied, start }: SyncState, latest: bigint): boolean {
  if (applied === undefined) return true
  const isFar = latest - applied.round > BigInt(ROUNDS_IN_FLIGHT_MAX)
  return start.checkpoints === 'wanted' && isFar
}

/**
 * Nobody has the changes of the next round: they may be pruned everywhere. The reference tries on
 * until it is started with an empty folder.
 */
function isStuck({ nextFailures, start, restore, pending }: SyncState): boolean {
  if (start.checkpoints === 'off' || restore !== undefined || pending.length > 0) return false
  return nextFailures >= NEXT_FAILURES_MAX
}

/** What is under way is forgotten: it belongs to rounds that may be left out. */
function restoreInstead(run: SyncRun): void {
  const { state } = run
  state.nextFailures = 0
  state.rounds = new Map()
  beginRestore(run)
}

function takeHeaders(run: SyncRun, { headers }: HeadersInput): void {
  const { state } = run
  if (state.restore !== undefined) {
    checkCandidates(run, headers)
    return
  }
  state.isReading = false
  const isNew = noteRoots(run, headers.map(rootsOf))
  if (!isNew) return
  advance(run)
}

/** Notes the roots of the rounds that are next; whether there is one more than before. */
function noteRoots({ state }: SyncRun, all: readonly SyncedRoots[]): boolean {
  const { applied, latest } = state
  if (applied === undefined || latest === undefined) return false
  const roots = new Map(state.roots)
  for (const one of all) {
    const isNext = one.round > applied.round && one.round <= latest
    if (isNext && one.round <= applied.round + BigInt(ROUNDS_IN_FLIGHT_MAX)) {
      roots.set(one.round, one)
    }
  }
  const isNew = roots.size > state.roots.size
  state.roots = roots
  return isNew
}

function takeTimeout(run: SyncRun, timer: SyncTimer): void {
  const { state } = run
  switch (timer) {
    case 'restore':
      if (state.restore?.step === 'pausing') beginRestore(run, state.restore.attempts)
      return
    case 'heartbeat':
      setHeartbeat(run, Math.min(state.heartbeatMs + state.heartbeatMs / 2, HEARTBEAT_MS_MAX))
      if (state.restore !== undefined) return
      state.isReading = false
      state.isResting = false
      advance(run)
      return
    default:
      unreachable(timer, 'timer')
  }
}

/** What failed is tried again after a while, less and less often while no block comes. */
function setHeartbeat(run: SyncRun, afterMs: number): void {
  run.state.heartbeatMs = afterMs
  emit(run, { kind: 'set-timer', timer: 'heartbeat', afterMs })
}
