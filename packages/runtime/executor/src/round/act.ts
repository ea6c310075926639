/** After every input: decide what to turn to, and turn to it. */

import { equalBytes } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { Proposal } from '@wadi/consensus/roothash/commitments'
import type { Hash } from '@wadi/primitives/hash'
import type { Verified } from '@wadi/primitives/verified'
import { findTransaction } from '../pool/findTransaction.ts'
import { hasSchedulable, suggestedBatch } from '../pool/suggest.ts'
import { generousMsOf, roomOfBatch } from './batchSize.ts'
import { startCollecting } from './collectBatch.ts'
import { commitFailure } from './commit.ts'
import { decideNext, type RankBounds } from './decideNext.ts'
import { decideProposal } from './decideProposal.ts'
import { decideSchedule } from './decideSchedule.ts'
import { executeProposal, scheduleBatch } from './execute.ts'
import { proposalsOf } from './proposalQueue.ts'
import type { CollectingWork, QueuedProposal, Round } from './roundState.ts'
import { change, emit, type Run, roundOf, trace, turnTo, WAITING } from './run.ts'

/** Decides what to turn to, and turns to it; again, where that was refused. */
export function act(run: Run): void {
  for (;;) {
    const refusedCount = run.state.round?.refused.size
    turnToNext(run)
    if (run.state.round?.refused.size === refusedCount) return
  }
}

function turnToNext(run: Run): void {
  const { state } = run
  if (state.round === undefined) return
  const candidates = candidatesOf(run, state.round)
  const { ownRank, poolRank, allowance, discrepancy } = state.round
  const next = decideNext({
    ownRank,
    poolRank,
    allowance,
    discrepancyRank: discrepancy?.rank,
    ranks: candidates.map(({ rank }) => rank),
  })
  if (next.bounds !== undefined) reviewWork(run, next.bounds)
  const { work, isResting } = roundOf(run)
  if (work.kind !== 'waiting' || isResting || !isReady(run)) return
  if (next.kind === 'process') {
    const queued = candidates.find(({ rank }) => rank === next.rank)
    if (queued !== undefined) processProposal(run, queued)
  } else if (next.kind === 'schedule') {
    trySchedule(run, next.isForced)
  }
}

/** Nothing is executed without a runtime, or before storage has what it is executed upon. */
function isReady({ state }: Run): boolean {
  const { base, syncedRound, initialBatchSize } = state
  if (base === undefined || initialBatchSize === undefined) return false
  return syncedRound !== undefined && syncedRound >= base.header.round
}

/** The proposals of the round that may still be committed to. */
function candidatesOf({ state }: Run, round: Round): readonly QueuedProposal[] {
  return proposalsOf(state.proposals, round.number).filter(
    ({ rank }) =>
      !(isCommitted(round, rank) || round.refused.has(rank) || isPassedOver(round, rank)),
  )
}

function isCommitted({ signed, unsure }: Round, rank: bigint): boolean {
  return signed.ranks.includes(rank) && !unsure.has(rank)
}

/**
 * A proposal that we gave up counts again once its scheduler has committed to it: nobody of a worse
 * rank can any more.
 */
function isPassedOver({ passed, poolRank, discrepancy }: Round, rank: bigint): boolean {
  return passed.has(rank) && discrepancy === undefined && rank < poolRank
}

/** Work that does not count any more is given up; what has got ready goes on. */
function reviewWork(run: Run, { min, max }: RankBounds): void {
  const { work, role, discrepancy } = roundOf(run)
  // What was proposed or executed to its end is not taken back: it is about to be signed.
  if (work.kind === 'waiting' || work.kind === 'applying') return
  if (work.rank < min || work.rank > max) {
    trace(run, 'abandoned', work.rank)
    turnTo(run, WAITING)
    return
  }
  if (work.kind === 'collecting') reviewCollecting(run, work)
  else if (work.kind === 'held' && discrepancy !== undefined && role.isBackupWorker) {
    executeProposal(run, work, work.batch)
  }
}

/** The batch may be whole, or larger than allowed. */
function reviewCollecting(run: Run, work: CollectingWork): void {
  const missingCount = work.batch.filter((input) => input === undefined).length
  pursue(run, work, { batch: work.batch, missingCount, sizeBytes: work.sizeBytes })
}

function processProposal(run: Run, queued: QueuedProposal): void {
  const batch = queued.proposal.batch.map((hash) => findTransaction(run.pool, hash))
  let sizeBytes = 0
  for (const input of batch) sizeBytes += input?.length ?? 0
  const missingCount = batch.filter((input) => input === undefined).length
  pursue(run, queued, { batch, missingCount, sizeBytes })
}

interface KnownBatch {
  readonly batch: readonly (Uint8Array | undefined)[]
  readonly missingCount: number
  readonly sizeBytes: number
}

function pursue(run: Run, queued: QueuedProposal, known: KnownBatch): void {
  const { proposal, rank, isVouched } = queued
  const round = roundOf(run)
  const { maxBatchSize, maxBatchSizeBytes } = round.base.runtime.txnScheduler
  const decision = decideProposal({
    role: round.role,
    isDiscrepancy: round.discrepancy !== undefined,
    isOnLastBlock: equalBytes(proposal.header.previousHash, round.previousHash),
    batchSize: proposal.batch.length,
    missingCount: known.missingCount,
    sizeBytes: known.sizeBytes,
    batchSizeMax: maxBatchSize,
    batchSizeBytesMax: maxBatchSizeBytes,
  })
  switch (decision.kind) {
    case 'ignore':
      turnTo(run, WAITING)
      return
    case 'refuse':
      trace(run, decision.why, rank)
      change(run, { refused: new Set(round.refused).add(rank), work: WAITING })
      return
    case 'fail':
      trace(run, decision.why, rank)
      if (isVouched) commitFailure(run, queued)
      else change(run, { refused: new Set(round.refused).add(rank), work: WAITING })
      return
    case 'collect':
      if (round.work.kind === 'collecting') return
      holdTransactions(run, proposal.batch)
      startCollecting(run, queued, known)
      return
    case 'hold':
      holdTransactions(run, proposal.batch)
      turnTo(run, { kind: 'held', proposal, rank, isVouched, batch: wholeOf(known) })
      trace(run, 'held', rank)
      return
    case 'execute':
      holdTransactions(run, proposal.batch)
      executeProposal(run, queued, wholeOf(known))
  }
}

/** What the pool has of a proposal stays at hand for others who ask for it. */
function holdTransactions(run: Run, hashes: readonly Hash[]): void {
  emit(run, { kind: 'pool', input: { kind: 'hold', hashes } })
}

function wholeOf({ batch }: KnownBatch): readonly Uint8Array[] {
  return batch.flatMap((input) => (input === undefined ? [] : [input]))
}

/** What we proposed before a crash, if it was not committed to since. */
function ownProposal({ state }: Run, round: Round): QueuedProposal | undefined {
  const { signed, ownRank: rank, number, previousHash } = round
  const { batchHash, batch } = signed
  if (batchHash === undefined || batch === undefined) return undefined
  if (isCommitted(round, rank) || round.refused.has(rank) || isPassedOver(round, rank)) {
    return undefined
  }
  const header = { round: number, previousHash, batchHash }
  const proposal = make(Proposal, { nodeId: state.config.own, header, batch })
  // Nobody has to verify what we signed ourselves.
  return { proposal: proposal as Verified<Proposal>, rank, isVouched: true }
}

/** Proposes the same once more, and goes on as with anybody's proposal. */
function resume(run: Run, own: QueuedProposal): void {
  const { header, batch } = own.proposal
  const { committee } = roundOf(run)
  trace(run, 'resumed', own.rank)
  emit(run, { kind: 'propose', epoch: committee.validFor, proposal: { header, batch } })
  processProposal(run, own)
}

function trySchedule(run: Run, isForced: boolean): void {
  const { state, pool } = run
  const round = roundOf(run)
  const { base, signed, role } = round
  const own = ownProposal(run, round)
  if (own !== undefined) {
    resume(run, own)
    return
  }
  const limit = state.initialBatchSize ?? 0
  const decision = decideSchedule({
    isWorker: role.isWorker,
    hasScheduled: signed.batchHash !== undefined || signed.ranks.includes(round.ownRank),
    isEpochNext: state.isEpochNext,
    isRuntimeReady: state.initialBatchSize !== undefined,
    isForced: isForced || round.isFlushed,
    // What the runtime took nothing of is offered again when it has changed, or after the flush.
    hasTransactions: limit > 0 && hasSchedulable(pool) && pool.main.ready !== state.declined,
    messageResultCount: base.roundResults.messages.length,
    inMessageCount: base.inMessages.length,
    isFirstRound: base.lastNormalRound === base.genesisRound,
  })
  if (decision.kind === 'wait') return
  trace(run, `schedule-${decision.why}`, round.ownRank)
  const bounds = { limit, room: roomOfBatch(round, state.reach), generousMs: generousMsOf(base) }
  emit(run, { kind: 'pool', input: { kind: 'begin-session', ...bounds } })
  scheduleBatch(run, suggestedBatch(pool, bounds), decision.why === 'transactions')
}
