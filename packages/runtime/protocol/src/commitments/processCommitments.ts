/** What a round's commitments amount to: a result, a discrepancy, a failure, or nothing yet. */

import { assert } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import type {
  CommitmentPool,
  ExecutorCommitment,
  SchedulerCommitment,
} from '@wadi/consensus/roothash/commitments'
import { type Committee, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { countVotes } from './countVotes.ts'
import { type Detection, detectDiscrepancy } from './detectDiscrepancy.ts'
import { voteOf } from './executorCommitment.ts'
import { type Resolution, resolveDiscrepancy } from './resolveDiscrepancy.ts'

/** A scheduler's commitment that won, with all votes on it. */
export interface AcceptedCommitment {
  readonly commitment: ExecutorCommitment
  readonly votes: SchedulerCommitment['votes']
}

/**
 * What follows from a pool. The reasons of a failure are the names of the reference's errors;
 * waiting is its `stillWaiting`, a discrepancy its `discrepancyDetected`.
 */
export type PoolDecision =
  | { readonly kind: 'accepted'; readonly accepted: AcceptedCommitment }
  | { readonly kind: 'waiting'; readonly why: 'no-scheduler' | Reason<Detection, 'waiting'> }
  | Extract<Detection, { readonly kind: 'discrepancy' }>
  | {
      readonly kind: 'failed'
      readonly why: 'noSchedulerCommitment' | Reason<Resolution, 'failed'>
    }

type Reason<D, K> = Extract<D, { readonly kind: K; readonly why: string }>['why']

/** How patient to be. */
export interface PoolLimits {
  readonly allowedStragglers: number
  /** Has the round taken too long? */
  readonly isTimeout: boolean
}

/** A decision, and the pool after it: a discrepancy changes how the pool goes on. */
export interface ProcessedPool {
  readonly decision: PoolDecision
  readonly pool: CommitmentPool
}

/** Looks for a discrepancy, or, when there is one, for its resolution. */
export function processCommitments(
  pool: CommitmentPool,
  committee: Committee,
  limits: PoolLimits,
): ProcessedPool {
  const decision = decide(pool, committee, limits)
  return { decision, pool: decision.kind === 'discrepancy' ? inDiscrepancy(pool) : pool }
}

function decide(pool: CommitmentPool, committee: Committee, limits: PoolLimits): PoolDecision {
  const known = pool.schedulerCommitments.get(pool.highestRank)
  if (known === undefined) {
    if (limits.isTimeout) return { kind: 'failed', why: 'noSchedulerCommitment' }
    return { kind: 'waiting', why: 'no-scheduler' }
  }
  const { commitment, votes } = known
  assert(commitment !== undefined, 'pool: the scheduler of the highest rank has committed')
  const outcome = judge(pool, committee, limits, { commitment, votes })
  return outcome.kind === 'accepted' ? { ...outcome, accepted: { commitment, votes } } : outcome
}

function judge(
  { discrepancy, highestRank: rank }: CommitmentPool,
  committee: Committee,
  limits: PoolLimits,
  accepted: AcceptedCommitment,
): Detection | Resolution {
  const { worker, 'backup-worker': backupWorker } = CommitteeRole.names
  const tally = countVotes(committee, discrepancy ? backupWorker : worker, accepted)
  if (!discrepancy) return detectDiscrepancy({ ...limits, tally, rank })
  return resolveDiscrepancy({ ...limits, tally, schedulerVote: voteOf(accepted.commitment) })
}

/** The pool in which only the scheduler of the highest rank counts, and backup workers decide. */
function inDiscrepancy(pool: CommitmentPool): CommitmentPool {
  const { highestRank, schedulerCommitments } = pool
  const kept = Array.from(schedulerCommitments).filter(([rank]) => rank === highestRank)
  return { ...pool, discrepancy: true, schedulerCommitments: keyedMap(u64, kept) }
}
