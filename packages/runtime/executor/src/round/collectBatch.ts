/** Transactions of a proposal that are not in the pool: peers are asked until all are there. */

import { toHex } from '@wadi/base/bytes'
import type { Hash } from '@wadi/primitives/hash'
import { FETCHED_TRANSACTIONS_MAX } from '@wadi/runtime-protocol/limits'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import type { FetchedInput, TransactionsInput } from './input.ts'
import type { CollectingWork, QueuedProposal } from './roundState.ts'
import { change, emit, type Ignored, type Run, roundOf, trace, turnTo, WAITING } from './run.ts'

const FETCH_RETRY_MS = 250
const FETCH_RETRY_MS_MAX = 2_000

/** Asks peers for what is missing. */
export function startCollecting(
  run: Run,
  { proposal, rank, isVouched }: QueuedProposal,
  known: Pick<CollectingWork, 'batch' | 'sizeBytes'>,
): void {
  const { batch, sizeBytes } = known
  const collecting: CollectingWork = {
    kind: 'collecting',
    proposal,
    rank,
    isVouched,
    batch,
    sizeBytes,
    attempts: 0,
  }
  turnTo(run, collecting)
  trace(run, 'collecting', rank)
  ask(run, collecting)
}

/** Whatever arrives may be missing somewhere. */
export function takeTransactions(run: Run, { inputs }: TransactionsInput): Ignored {
  if (run.state.round?.work.kind === 'collecting') fill(run, run.state.round.work, inputs)
  return undefined
}

/** The answer of peers. What they had goes into the pool, too; then they are asked for the rest. */
export function takeFetched(run: Run, { round, inputs }: FetchedInput): Ignored {
  const work = run.state.round?.work
  if (run.state.round?.number !== round || work?.kind !== 'collecting') return 'not-collecting'
  const wanted = new Set(missingOf(work).map(toHex))
  const found = inputs.filter((input) => wanted.has(toHex(hashOfTransaction(input))))
  if (found.length > 0) {
    emit(run, { kind: 'pool', input: { kind: 'propose', inputs: found } })
  }
  const filled = fill(run, work, found)
  if (missingOf(filled).length === 0) return undefined
  if (found.length > 0) {
    ask(run, filled)
    return undefined
  }
  const afterMs = Math.min(FETCH_RETRY_MS * 2 ** filled.attempts, FETCH_RETRY_MS_MAX)
  turnTo(run, { ...filled, attempts: filled.attempts + 1 })
  emit(run, { kind: 'set-timer', round, timer: 'fetch', afterMs })
  return undefined
}

/** It is time to ask again. */
export function takeFetchTimeout(run: Run): Ignored {
  const { work } = roundOf(run)
  if (work.kind !== 'collecting') return 'not-collecting'
  ask(run, work)
  return undefined
}

/**
 * A batch that does not come together keeps the next scheduler waiting for one more turn, and no
 * longer, unless its scheduler has committed to it.
 * The reference waits for as long as the round lasts, so that one who proposes a batch and keeps
 * it to himself stops the runtime until the next epoch.
 */
export function passOverLate(run: Run): void {
  const { work, allowance } = roundOf(run)
  if (work.kind !== 'collecting' || allowance < work.rank + 2n) return
  passOver(run, work.rank)
  turnTo(run, WAITING)
}

/** The proposals of the next ranks count before this one. */
export function passOver(run: Run, rank: bigint): void {
  const { passed } = roundOf(run)
  change(run, { passed: new Set(passed).add(rank) })
  trace(run, 'passed-over', rank)
}

function missingOf({ proposal, batch }: CollectingWork): readonly Hash[] {
  return proposal.batch.filter((_, i) => batch[i] === undefined)
}

function ask(run: Run, work: CollectingWork): void {
  const hashes = missingOf(work).slice(0, FETCHED_TRANSACTIONS_MAX)
  if (hashes.length === 0) return
  emit(run, { kind: 'fetch-transactions', round: roundOf(run).number, hashes })
}

/** Puts transactions where they belong; nobody who sends them needs to be believed. */
function fill(run: Run, work: CollectingWork, inputs: readonly Uint8Array[]): CollectingWork {
  const found = new Map(inputs.map((input) => [toHex(hashOfTransaction(input)), input]))
  let { sizeBytes } = work
  const batch = work.batch.map((known, i) => {
    const input = known ?? found.get(toHex(work.proposal.batch[i]!))
    if (known === undefined && input !== undefined) sizeBytes += input.length
    return input
  })
  const filled = { ...work, batch, sizeBytes }
  turnTo(run, filled)
  return filled
}
