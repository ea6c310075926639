/** Beginning with a checkpoint: both trees of one round, chunk by chunk, from whoever has them. */

import { equalBytes } from '@wadi/base/bytes'
import type { Header } from '@wadi/consensus/roothash/block'
import { equalRoots, ROOT_TYPE_IO } from '@wadi/mkvs/roots'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { CHUNK_FAILURES_MAX, CHUNKS_IN_FLIGHT_MAX } from '../limits.ts'
import { inOrder, judgeCheckpoint } from './chooseCheckpoints.ts'
import { finalizeNext } from './finalizeRound.ts'
import type { CheckpointsInput, ChunkInput, OfferedCheckpoint } from './input.ts'
import { emit, rootsOf, type SyncRun } from './run.ts'
import type { Restore, RestoringTree, SyncedRoots } from './syncState.ts'

const LIST_TIMEOUT_MS = 30_000
const CHUNK_TIMEOUT_MS = 60_000
const RETRY_MS = 10_000
/** Attempts of one who can do without. */
const ATTEMPTS_MAX = 2

const EMPTY = { candidates: [], roots: undefined, hasIo: false, hasState: false, tree: undefined }

/** Asks for checkpoints. */
export function beginRestore(run: SyncRun, attempts = 0): void {
  run.state.restore = { ...EMPTY, step: 'listing', attempts }
  emit(run, { kind: 'list-checkpoints', deadlineMs: LIST_TIMEOUT_MS })
}

/** What peers offer; it is compared with the blocks before anything is fetched. */
export function takeCheckpoints(run: SyncRun, { checkpoints }: CheckpointsInput): void {
  const { restore, start, applied } = run.state
  if (restore?.step !== 'listing') return
  const candidates = inOrder(checkpoints ?? [], { ...start, last: applied })
  if (candidates.length === 0) {
    giveUp(run, restore)
    return
  }
  run.state.restore = { ...restore, step: 'checking', candidates }
  const rounds = [...new Set(candidates.map(({ root }) => root.version))]
  emit(run, { kind: 'read-headers', rounds })
}

/** The blocks of the rounds that are offered: whoever offers another root is lying. */
export function checkCandidates(run: SyncRun, headers: readonly Header[]): void {
  const { restore, start } = run.state
  if (restore?.step !== 'checking') return
  const roots = new Map(headers.map((header) => [header.round, rootsOf(header)]))
  const usable: OfferedCheckpoint[] = []
  for (const candidate of restore.candidates) {
    const known = roots.get(candidate.root.version)
    const verdict = judgeCheckpoint(candidate, start.namespace, known)
    if (verdict === 'usable') usable.push(candidate)
    if (verdict === 'lie') blame(run, candidate.peers)
  }
  run.state.roots = new Map([...roots].filter(([round]) => usable.some(isOf(round))))
  run.state.restore = { ...restore, step: 'restoring', candidates: usable }
  tryNext(run)
}

const isOf =
  (round: bigint) =>
  ({ root }: OfferedCheckpoint): boolean =>
    root.version === round

/** Goes over to the next candidate that is of use. */
function tryNext(run: SyncRun): void {
  const { restore } = run.state
  if (restore === undefined) return
  const [candidate, ...candidates] = restore.candidates
  if (candidate === undefined) {
    if (restore.roots !== undefined) emit(run, { kind: 'abort-restore' })
    giveUp(run, restore)
    return
  }
  const { version, type } = candidate.root
  const isSameRound = restore.roots?.round === version
  const isDone = type === ROOT_TYPE_IO ? restore.hasIo : restore.hasState
  run.state.restore = { ...restore, candidates, tree: undefined }
  if (isSameRound && isDone) tryNext(run)
  else startTree(run, candidate, isSameRound)
}

function startTree(run: SyncRun, checkpoint: OfferedCheckpoint, isSameRound: boolean): void {
  const { state } = run
  const { restore, start } = state
  const { version } = checkpoint.root
  const roots = state.roots.get(version)
  if (restore === undefined || roots === undefined) return
  const tree: RestoringTree = {
    checkpoint,
    next: 0,
    again: [],
    inFlight: new Set(),
    failures: new Map(),
  }
  if (isSameRound) state.restore = { ...restore, tree }
  else {
    emit(run, { kind: 'begin-restore', round: version })
    // Without inputs there is nothing to restore, as in the first round.
    const hasIo = version === start.genesisRound || equalBytes(roots.ioRoot, EMPTY_HASH)
    const hasState = equalBytes(roots.stateRoot, EMPTY_HASH)
    state.restore = { ...restore, roots, hasIo, hasState, tree }
  }
  emit(run, { kind: 'restore-tree', checkpoint })
  fetchChunks(run)
}

/** As many chunks at once as there may be. */
function fetchChunks(run: SyncRun): void {
  const { restore } = run.state
  if (restore?.tree === undefined) return
  const { checkpoint } = restore.tree
  const inFlight = new Set(restore.tree.inFlight)
  const again = [...restore.tree.again]
  let { next } = restore.tree
  while (inFlight.size < CHUNKS_IN_FLIGHT_MAX) {
    const index = again.shift() ?? (next < checkpoint.chunks.length ? next++ : undefined)
    if (index === undefined) break
    inFlight.add(index)
    emit(run, { kind: 'fetch-chunk', checkpoint, index, deadlineMs: CHUNK_TIMEOUT_MS })
  }
  run.state.restore = { ...restore, tree: { ...restore.tree, next, again, inFlight } }
  // All chunks were restored, and they were not the tree.
  if (inFlight.size === 0) tryNext(run)
}

/** A chunk, or why there is none. */
export function takeChunk(run: SyncRun, { root, index, peer, outcome }: ChunkInput): void {
  const { restore } = run.state
  const tree = restore?.tree
  if (restore === undefined || tree === undefined) return
  if (!equalRoots(tree.checkpoint.root, root) || !tree.inFlight.has(index)) return
  const inFlight = new Set(tree.inFlight)
  inFlight.delete(index)
  const rest = { ...tree, inFlight }
  switch (outcome) {
    case 'restored':
      praise(run, peer)
      run.state.restore = { ...restore, tree: rest }
      fetchChunks(run)
      return
    case 'complete':
      praise(run, peer)
      takeTree(run, { ...restore, tree: undefined }, tree.checkpoint)
      return
    case 'unavailable':
    case 'corrupted':
      if (peer !== undefined) emit(run, { kind: 'feedback', peer, verdict: 'failed' })
      askAgain(run, { ...restore, tree: rest }, rest, index)
      return
    case 'wrong':
      blame(run, new Set([...tree.checkpoint.peers, ...(peer === undefined ? [] : [peer])]))
      tryNext(run)
      return
    case 'failed':
      emit(run, { kind: 'abort-restore' })
      giveUp(run, restore)
  }
}

function askAgain(run: SyncRun, restore: Restore, tree: RestoringTree, index: number): void {
  const count = (tree.failures.get(index) ?? 0) + 1
  if (count > CHUNK_FAILURES_MAX) {
    tryNext(run)
    return
  }
  const failures = new Map(tree.failures).set(index, count)
  run.state.restore = { ...restore, tree: { ...tree, failures, again: [...tree.again, index] } }
  fetchChunks(run)
}

/** A tree is whole; with both of them the round is. */
function takeTree(run: SyncRun, restore: Restore, { root }: OfferedCheckpoint): void {
  const isIo = root.type === ROOT_TYPE_IO
  const hasIo = restore.hasIo || isIo
  const hasState = restore.hasState || !isIo
  run.state.restore = { ...restore, hasIo, hasState }
  if (!hasIo || !hasState || restore.roots === undefined) {
    tryNext(run)
    return
  }
  run.state.restore = { ...restore, hasIo, hasState, step: 'finalizing' }
  beginWith(run, restore.roots)
}

/** From here rounds are followed, as soon as this one is final. */
function beginWith(run: SyncRun, roots: SyncedRoots): void {
  const { state } = run
  state.applied = roots
  state.pending = [roots]
  state.roots = new Map()
  state.rounds = new Map()
  finalizeNext(run)
}

/** Nothing could be restored: try later, or do without. */
function giveUp(run: SyncRun, { attempts }: Restore): void {
  const { state } = run
  state.roots = new Map()
  const isNeeded = state.applied === undefined
  if (!isNeeded && attempts + 1 >= ATTEMPTS_MAX) {
    state.restore = undefined
    return
  }
  state.restore = { ...EMPTY, step: 'pausing', attempts: attempts + 1 }
  emit(run, { kind: 'set-timer', timer: 'restore', afterMs: RETRY_MS })
}

function praise(run: SyncRun, peer: string | undefined): void {
  if (peer !== undefined) emit(run, { kind: 'feedback', peer, verdict: 'good' })
}

function blame(run: SyncRun, peers: Iterable<string>): void {
  for (const peer of peers) emit(run, { kind: 'feedback', peer, verdict: 'bad' })
}
