/** Calling the runtime, and what becomes of its answers. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Hash } from '@wadi/primitives/hash'
import type { ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import { hashOfBatch } from '@wadi/runtime-protocol/transactions/ioTree'
import { msOf } from './base.ts'
import {
  advance,
  type BatchInVain,
  culpritsOf,
  reachOut,
  retreatFrom,
  retreatFromFailure,
  whyNotProposed,
} from './batchSize.ts'
import { whyNoResult } from './checkResult.ts'
import { passOver } from './collectBatch.ts'
import { applyResult } from './commit.ts'
import type { ExecutedInput } from './input.ts'
import type { ExecutingWork, QueuedProposal } from './roundState.ts'
import {
  change,
  emit,
  type Ignored,
  nextId,
  type Run,
  roundOf,
  trace,
  turnTo,
  WAITING,
} from './run.ts'

/** A runtime may take so many times as long as a scheduler has its turn. */
const DEADLINE_FACTOR = 3
/** Before a runtime that failed, or took nothing, is asked again. The reference asks at once. */
const REST_MS = 500
/** Of results that nobody can commit to, those which fewer transactions may make good. */
const TOO_MUCH: ReadonlySet<string> = new Set([
  'batch-too-large',
  'messages-too-large',
  'too-many-messages',
  'bad-message',
])
/** Failures with one proposal, after which it counts behind those of the next schedulers. */
const FAILURES_MAX = 3

/** Has the runtime make a batch, beginning with these transactions. */
export function scheduleBatch(
  run: Run,
  inputs: readonly Uint8Array[],
  isForTransactions: boolean,
): void {
  const { ownRank } = roundOf(run)
  const work = { rank: ownRank, proposal: undefined, isForTransactions }
  call(run, work, { inputs, inputRoot: undefined })
}

/** Executes a batch that is whole, if it is the one that was signed. */
export function executeProposal(
  run: Run,
  { proposal, rank }: QueuedProposal,
  inputs: readonly Uint8Array[],
): void {
  const { batchHash } = proposal.header
  const found = batchHashOf(run, inputs)
  if (found === undefined || !equalBytes(found, batchHash)) {
    trace(run, 'other-batch', rank)
    change(run, { refused: new Set(roundOf(run).refused).add(rank), work: WAITING })
    return
  }
  call(run, { rank, proposal, isForTransactions: false }, { inputs, inputRoot: batchHash })
}

/** The root over the inputs; undefined for what cannot be a batch. */
function batchHashOf({ state }: Run, inputs: readonly Uint8Array[]): Hash | undefined {
  try {
    return hashOfBatch(state.config.arena, inputs)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return undefined
  }
}

interface CallInputs {
  readonly inputs: readonly Uint8Array[]
  readonly inputRoot: Hash | undefined
}

function call(
  run: Run,
  work: Omit<ExecutingWork, 'kind' | 'id'>,
  { inputs, inputRoot }: CallInputs,
): void {
  const { base } = roundOf(run)
  const id = nextId(run)
  turnTo(run, { ...work, kind: 'executing', id })
  emit(run, {
    kind: 'execute',
    id,
    mode: work.proposal === undefined ? 'schedule' : 'execute',
    base,
    inputs,
    inputRoot,
    deadlineMs: DEADLINE_FACTOR * msOf(base.runtime.txnScheduler.proposeBatchTimeout),
  })
}

/** The runtime's answer. Nothing in it is believed that can be checked here. */
export function takeExecuted(run: Run, { id, response }: ExecutedInput): Ignored {
  const work = run.state.round?.work
  if (work?.kind !== 'executing' || work.id !== id) return 'not-waited-for'
  const { proposal, rank } = work
  const why = response === undefined ? 'failed' : whyNotTaken(run, work, response)
  if (response === undefined || why !== undefined) {
    trace(run, `execution-${why}`, rank)
    const taken = response?.txHashes ?? []
    if (proposal === undefined) giveUpBatch(run, work, { why: why ?? 'failed', taken })
    else fail(run, work)
    return undefined
  }
  if (proposal === undefined) {
    takeScheduled(run, work, response)
    return undefined
  }
  const { header, batch } = proposal
  applyResult(run, work, {
    response,
    schedulerId: proposal.nodeId,
    batch: { hash: header.batchHash, txHashes: batch },
  })
  return undefined
}

/** Why nobody can commit to the answer. How large others' batches are was looked at before. */
function whyNotTaken(run: Run, { proposal }: ExecutingWork, response: ExecuteTxBatchResponse) {
  const why = whyNoResult(roundOf(run).base, response)
  return why !== undefined || proposal !== undefined ? why : whyNotProposed(run, response)
}

/** What was made cannot be proposed: the next batch is a smaller one. */
function giveUpBatch(run: Run, work: ExecutingWork, batch: BatchInVain): void {
  if (!TOO_MUCH.has(batch.why)) {
    retreatFromFailure(run)
    fail(run, work)
  } else if (retreatFrom(run, batch)) turnTo(run, WAITING)
  else fail(run, work)
}

/**
 * Our own proposal: peers learn of it before it is stored here. Without any transaction it is none,
 * if there was no other reason to make it; the reference proposes it, round after round.
 */
function takeScheduled(run: Run, work: ExecutingWork, response: ExecuteTxBatchResponse): void {
  const { number, previousHash, committee, signed } = roundOf(run)
  const { txHashes, txInputRoot } = response
  const rejected = [...response.txRejectHashes, ...culpritsOf(run)]
  if (rejected.length > 0) {
    emit(run, { kind: 'pool', input: { kind: 'reject', hashes: rejected } })
  }
  const isEmpty = txHashes.length === 0
  const hasMore = reachOut(run, response)
  run.state.declined = isEmpty && !hasMore ? run.pool.main.session.readyAtFirst : undefined
  if (isEmpty && work.isForTransactions) {
    trace(run, 'nothing-taken', work.rank)
    advance(run)
    if (hasMore) turnTo(run, WAITING)
    else rest(run)
    return
  }
  emit(run, { kind: 'pool', input: { kind: 'hold', hashes: txHashes } })
  const record = { ...signed, batchHash: txInputRoot, batch: txHashes }
  change(run, { signed: record })
  emit(run, { kind: 'remember', record })
  const header = { round: number, previousHash, batchHash: txInputRoot }
  emit(run, {
    kind: 'propose',
    epoch: committee.validFor,
    proposal: { header, batch: txHashes },
  })
  applyResult(run, work, {
    response,
    schedulerId: run.state.config.own,
    batch: { hash: txInputRoot, txHashes },
  })
}

/** The runtime failed: nothing is committed to, and after a while it is tried again. */
function fail(run: Run, { rank, proposal }: ExecutingWork): void {
  const { failures } = roundOf(run)
  const count = (failures.get(rank) ?? 0) + 1
  change(run, { failures: new Map(failures).set(rank, count) })
  if (proposal !== undefined && count >= FAILURES_MAX) passOver(run, rank)
  rest(run)
}

/** Decides again after a while. */
function rest(run: Run): void {
  change(run, { isResting: true, work: WAITING })
  const { number: round } = roundOf(run)
  emit(run, { kind: 'set-timer', round, timer: 'retry', afterMs: REST_MS })
}
