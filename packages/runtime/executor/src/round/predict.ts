/** Backup workers watch the mempool: who begins early is done earlier. */

import { CodedError } from '@wadi/base/errors'
import type { CommitmentPool, ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import type { Verified } from '@wadi/primitives/verified'
import { addVerifiedExecutorCommitment } from '@wadi/runtime-protocol/commitments/addCommitment'
import { processCommitments } from '@wadi/runtime-protocol/commitments/processCommitments'
import { change, emit, type Run, roundOf, trace } from './run.ts'

/** Does with a commitment what the consensus layer will do, and goes by what comes out. */
export function predict(run: Run, commitment: Verified<ExecutorCommitment>): void {
  const { pool, committee, base, discrepancy } = roundOf(run)
  if (pool.discrepancy) return
  const added = withCommitment(run, pool, commitment)
  if (added === undefined) return
  const { allowedStragglers } = base.runtime.executor
  const processed = processCommitments(added, committee, { allowedStragglers, isTimeout: false })
  change(run, { pool: processed.pool })
  if (processed.decision.kind !== 'discrepancy') return
  const rank = added.highestRank
  emit(run, { kind: 'sync-runtime', height: base.consensusHeight })
  trace(run, 'discrepancy-predicted', rank)
  if (discrepancy?.source === 'consensus') return
  change(run, { discrepancy: { rank, source: 'prediction' } })
}

function withCommitment(
  run: Run,
  pool: CommitmentPool,
  commitment: Verified<ExecutorCommitment>,
): CommitmentPool | undefined {
  try {
    return addVerifiedExecutorCommitment(pool, roundOf(run).committee, commitment)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return undefined
  }
}
