/** The pool of a round's commitments: how it begins, and what may go in. */

import { make } from '@wadi/cbor/codec'
import { keyedMap, withEntry } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import {
  CommitmentPool,
  type ExecutorCommitment,
  SchedulerCommitment,
} from '@wadi/consensus/roothash/commitments'
import { commitmentErrors } from '@wadi/consensus/roothash/errors'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import type { Verified } from '@wadi/primitives/verified'
import { isBackupWorker, isMember, schedulerRank } from '../committee.ts'
import { isFailure, voteOf } from './executorCommitment.ts'
import { isByScheduler } from './verifyCommitment.ts'

/** The highest rank of a pool in which no scheduler has committed yet. */
export const RANK_NONE = 0xffff_ffff_ffff_ffffn

/** The pool at the beginning of a round. */
export const FRESH_POOL: CommitmentPool = make(CommitmentPool, { highestRank: RANK_NONE })

/** The pool with the commitment in it. The committee is the one of the commitment's round. */
export function addVerifiedExecutorCommitment(
  pool: CommitmentPool,
  committee: Committee,
  commitment: Verified<ExecutorCommitment>,
): CommitmentPool {
  checkRole(pool, committee, commitment)
  const { header, schedulerId } = commitment.header
  const rank = schedulerRank(committee, header.round, schedulerId)
  if (rank === undefined) throw commitmentErrors.badExecutorCommitment('no worker scheduled it')
  if (rank > pool.highestRank) {
    throw commitmentErrors.badExecutorCommitment('a better scheduler has committed')
  }
  if (pool.discrepancy && rank !== pool.highestRank) {
    throw commitmentErrors.badExecutorCommitment('the discrepancy is of another scheduler')
  }
  const isBetter = rank < pool.highestRank && isByScheduler(commitment)
  return withVote(isBetter ? startingAt(pool, rank) : pool, rank, commitment)
}

/**
 * Backup workers may commit before there is a discrepancy, when nobody knows yet whether they are
 * needed. Workers may not afterwards: it would make them look alive.
 */
function checkRole(pool: CommitmentPool, committee: Committee, { nodeId }: ExecutorCommitment) {
  if (pool.discrepancy) {
    if (isBackupWorker(committee, nodeId)) return
    throw commitmentErrors.badExecutorCommitment('only backup workers resolve a discrepancy')
  }
  if (!isMember(committee, nodeId)) throw commitmentErrors.notInCommittee()
}

/** The pool from which all that is of a worse rank is gone. */
function startingAt(pool: CommitmentPool, rank: bigint): CommitmentPool {
  const kept = Array.from(pool.schedulerCommitments).filter(([known]) => known <= rank)
  return { ...pool, highestRank: rank, schedulerCommitments: keyedMap(u64, kept) }
}

function withVote(
  pool: CommitmentPool,
  rank: bigint,
  commitment: ExecutorCommitment,
): CommitmentPool {
  const known = pool.schedulerCommitments.get(rank) ?? make(SchedulerCommitment, {})
  if (known.votes.has(commitment.nodeId)) throw commitmentErrors.alreadyCommitted()
  const vote = isFailure(commitment) ? undefined : voteOf(commitment)
  const changed: SchedulerCommitment = {
    commitment: isByScheduler(commitment) ? commitment : known.commitment,
    votes: withEntry(known.votes, commitment.nodeId, vote),
  }
  const schedulerCommitments = withEntry(pool.schedulerCommitments, rank, changed)
  return { ...pool, schedulerCommitments }
}
