/** Deciding a round: the commitments give a block with a result, one without, or none yet. */

import { equalBytes } from '@wadi/base/bytes'
import { assert, BugError } from '@wadi/base/errors'
import type { LivenessStatistics } from '@wadi/consensus/roothash'
import { hashOfIncomingMessages } from '@wadi/consensus/roothash/messages'
import type { Namespace } from '@wadi/primitives/namespace'
import { emptyBlock, nextRound, normalBlock } from '@wadi/runtime-protocol/block'
import {
  type CompleteResults,
  resultsOf,
} from '@wadi/runtime-protocol/commitments/executorCommitment'
import {
  type AcceptedCommitment,
  processCommitments,
} from '@wadi/runtime-protocol/commitments/processCommitments'
import { membersOf, schedulerIndex } from '@wadi/runtime-protocol/committee'
import { type Context, currentHeight, inSubTransaction } from '../kernel/context.ts'
import { appendBlock, blockTimestamp } from './appendBlock.ts'
import { tell } from './events.ts'
import { firstMessages, removeProcessed } from './incomingMessages.ts'
import { counted, freshStatistics } from './liveness.ts'
import { type OpenRound, openRoundOf } from './openRound.ts'
import type { KnownRuntimeState } from './queries.ts'
import { judgeVotes } from './roundVerdict.ts'
import { executeMessages } from './runtimeMessages.ts'
import { slashForResults } from './slashing.ts'
import { setLastRoundResults, setRuntimeState } from './state.ts'
import { backupWorkersTimeout, withTimeout } from './timeouts.ts'

/** Why a round is looked at. */
export type Occasion = 'commitments' | 'timeout'

/** A round whose members are watched. */
interface WatchedRound extends OpenRound {
  readonly livenessStats: LivenessStatistics
}

/** Decides a runtime's round if that can be done, and writes what came of it. */
export function tryFinalizeRound(ctx: Context, runtime: Namespace, occasion: Occasion): void {
  inSubTransaction(ctx, (inner) => {
    const round = openRoundOf(inner.state, runtime)
    const memberCount = membersOf(round.committee).length
    const livenessStats = round.livenessStats ?? freshStatistics(memberCount)
    setRuntimeState(inner.state, decided(inner, { ...round, livenessStats }, occasion))
  })
}

function decided(ctx: Context, round: WatchedRound, occasion: Occasion): KnownRuntimeState {
  const first = judged(round, occasion)
  if (first.decision.kind !== 'discrepancy') return concluded(ctx, first)
  const resolving = beginResolution(ctx, first.round, occasion)
  // The backup workers may have committed already. A timeout of no blocks is over at once.
  const isOver = resolving.timeout === currentHeight(ctx)
  return concluded(ctx, judged(resolving, isOver ? 'timeout' : 'commitments'))
}

function judged(round: WatchedRound, occasion: Occasion) {
  const { allowedStragglers } = round.runtime.executor
  const limits = { allowedStragglers, isTimeout: occasion === 'timeout' }
  const { decision, pool } = processCommitments(round.commitmentPool, round.committee, limits)
  return { decision, round: { ...round, commitmentPool: pool } }
}

/** The workers disagree or are late: the backup workers get time to say who is right. */
function beginResolution(ctx: Context, round: WatchedRound, occasion: Occasion): WatchedRound {
  tell(ctx, round.runtime.id, 'execution_discrepancy', {
    round: nextRound(round.lastBlock.header),
    rank: round.commitmentPool.highestRank,
    timeout: occasion === 'timeout',
  })
  return withTimeout(ctx, round, backupWorkersTimeout(ctx, round))
}

function concluded(
  ctx: Context,
  { decision, round }: ReturnType<typeof judged>,
): KnownRuntimeState {
  switch (decision.kind) {
    case 'waiting':
      return round
    case 'failed':
      return failed(ctx, round)
    case 'accepted':
      return accepted(ctx, round, decision.accepted)
    default:
      throw new BugError('roothash: a discrepancy is only found once')
  }
}

/** Whose turn it was: the place of the primary scheduler in the committee. */
function primaryIndex({ committee, lastBlock }: OpenRound): number {
  const index = schedulerIndex(committee, nextRound(lastBlock.header), 0n)
  assert(index !== undefined, 'roothash: a committee without workers')
  return index
}

/** The round brings nothing, which is the fault of its primary scheduler. */
function failed(ctx: Context, round: WatchedRound): KnownRuntimeState {
  const livenessStats = counted(round.livenessStats, 'missedProposals', primaryIndex(round))
  const block = emptyBlock(round.lastBlock, blockTimestamp(ctx), 'roundFailed')
  return appendBlock(ctx, { ...round, livenessStats }, block)
}

/** The statistics after a round with a result: was it the primary scheduler's? */
function afterResult(round: WatchedRound, { commitment }: AcceptedCommitment): LivenessStatistics {
  const index = primaryIndex(round)
  const primary = membersOf(round.committee)[index]!.publicKey
  const isPrimary = equalBytes(primary, commitment.header.schedulerId)
  const { livenessStats: stats } = round
  const totalRounds = stats.totalRounds + 1n
  const counters = isPrimary ? 'finalizedProposals' : 'missedProposals'
  return counted({ ...stats, totalRounds }, counters, index)
}

/** The round has a result: what it says happens. */
function accepted(ctx: Context, round: WatchedRound, won: AcceptedCommitment): KnownRuntimeState {
  const { state } = ctx
  const { runtime, committee, commitmentPool, lastBlock } = round
  const results = resultsOf(won.commitment)
  const watched = { ...round, livenessStats: afterResult(round, won) }
  // COMPAT(oasis-core): a round that fails here counts twice in the statistics.
  if (!takeIncoming(ctx, round, results)) return failed(ctx, watched)
  const messages = executeMessages(ctx, runtime.id, won.commitment.messages)
  const { verdict, livenessStats } = judgeVotes(state, committee, {
    ...won,
    livenessStats: watched.livenessStats,
  })
  if (commitmentPool.discrepancy) slashForResults(ctx, runtime, verdict)
  setLastRoundResults(state, runtime.id, {
    messages,
    goodComputeEntities: verdict.good,
    badComputeEntities: verdict.bad,
  })
  const block = normalBlock(lastBlock, blockTimestamp(ctx), results)
  return appendBlock(ctx, { ...watched, livenessStats }, block)
}

/** Takes the messages that the round has dealt with; false if these are not the first ones. */
function takeIncoming(
  ctx: Context,
  { runtime, lastBlock }: OpenRound,
  { inMsgsCount, inMsgsHash }: CompleteResults,
): boolean {
  const messages = firstMessages(ctx.state, runtime.id, inMsgsCount)
  if (!equalBytes(hashOfIncomingMessages(messages), inMsgsHash)) return false
  removeProcessed(ctx, { runtime: runtime.id, round: nextRound(lastBlock.header) }, messages)
  return true
}
