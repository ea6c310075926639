/** Calling the runtime, and what becomes of its answers. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Hash } from '@wadi/primitives/hash'
import type { ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import { hashOfBatch } from '@wadi/runtime-protocol/transactions/ioTree'
import { msOf } from './base.ts'
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
/** Before a runtime that failed is asked again. The reference asks at once. */
const REST_MS = 500
/** Failures with one proposal, after which it counts behind those of the next schedulers. */
const FAILURES_MAX = 3

/** Has the runtime make a batch, beginning with these transactions. */
export function scheduleBatch(run: Run, inputs: readonly Uint8Array[]): void {
  const { ownRank } = roundOf(run)
  call(run, { rank: ownRank, proposal: undefined }, { inputs, inputRoot: undefined })
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
  call(run, { rank, proposal }, { inputs, inputRoot: batchHash })
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
  { rank, proposal }: Pick<ExecutingWork, 'rank' | 'proposal'>,
  { inputs, inputRoot }: CallInputs,
): void {
  const { base } = roundOf(run)
  const id = nextId(run)
  turnTo(run, { kind: 'executing', id, rank, proposal })
  emit(run, {
    kind: 'execute',
    id,
    mode: proposal === undefined ? 'schedule' : 'execute',
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
  const why = response === undefined ? 'failed' : whyNoResult(roundOf(run).base, response)
  if (response === undefined || why !== undefined) {
    trace(run, `execution-${why}`, work.rank)
    rest(run, work)
    return undefined
  }
  if (work.proposal !== undefined) {
    const { header, batch } = work.proposal
    applyResult(run, work, {
      response,
      schedulerId: work.proposal.nodeId,
      batch: { hash: header.batchHash, txHashes: batch },
    })
    return undefined
  }
  takeScheduled(run, work, response)
  return undefined
}

/** Our own proposal: peers learn of it before it is stored here. */
function takeScheduled(run: Run, work: ExecutingWork, response: ExecuteTxBatchResponse): void {
  const { number, base, previousHash, committee, signed } = roundOf(run)
  const { txHashes, txRejectHashes, txInputRoot } = response
  if (BigInt(txHashes.length) > base.runtime.txnScheduler.maxBatchSize) {
    trace(run, 'execution-batch-too-large', work.rank)
    rest(run, work)
    return
  }
  if (txRejectHashes.length > 0) {
    emit(run, { kind: 'pool', input: { kind: 'reject', hashes: txRejectHashes } })
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
function rest(run: Run, { rank, proposal }: ExecutingWork): void {
  const { failures, number } = roundOf(run)
  const count = (failures.get(rank) ?? 0) + 1
  const counted = new Map(failures).set(rank, count)
  change(run, { failures: counted, isResting: true, work: WAITING })
  if (proposal !== undefined && count >= FAILURES_MAX) passOver(run, rank)
  emit(run, { kind: 'set-timer', round: number, timer: 'retry', afterMs: REST_MS })
}
