/** Commitments that are signed and in no block yet: what was lost on its way is submitted again. */

import { equalBytes } from '@wadi/base/bytes'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { schedulerRank } from '@wadi/runtime-protocol/committee'
import type { UnsignedCommitment } from './effect.ts'
import type { CommitFailedInput } from './input.ts'
import { change, emit, type Ignored, type Run, roundOf, trace } from './run.ts'

/** Blocks of the consensus layer after which a commitment should be in one of them. */
const RESUBMIT_BLOCKS = 3

/**
 * Where workers do not agree, only backup workers are heard. The reference's workers submit what
 * they were about to, and it is refused.
 */
export function isPointless(run: Run): boolean {
  const { discrepancy, role } = roundOf(run)
  return discrepancy?.source === 'consensus' && !role.isBackupWorker
}

/** It is on its way from now on. */
export function watchCommitment(run: Run, commitment: UnsignedCommitment): void {
  const rank = rankOf(run, commitment.header)
  if (rank === undefined) return
  const { unseen } = roundOf(run)
  change(run, { unseen: new Map(unseen).set(rank, { commitment, blocks: 0 }) })
}

/** It arrived. */
export function noteSeen(run: Run, { nodeId, header }: ExecutorCommitment): void {
  const { unseen } = roundOf(run)
  const rank = rankOf(run, header)
  if (rank === undefined || !unseen.has(rank) || !equalBytes(nodeId, run.state.config.own)) return
  const rest = new Map(unseen)
  rest.delete(rank)
  change(run, { unseen: rest })
}

/** It did not get out: the next block is a reason to try again. */
export function takeCommitFailed(run: Run, { commitment }: CommitFailedInput): Ignored {
  const { round } = run.state
  if (commitment.header.header.round !== round?.number) return 'other-round'
  const rank = rankOf(run, commitment.header)
  const unseen = rank === undefined ? undefined : round.unseen.get(rank)
  if (rank === undefined || unseen === undefined) return 'known'
  const blocks = RESUBMIT_BLOCKS - 1
  change(run, { unseen: new Map(round.unseen).set(rank, { ...unseen, blocks }) })
  return undefined
}

/** One more block without it. What is in one of them after all is refused there, and no harm. */
export function submitAgain(run: Run): void {
  if (run.state.round === undefined || roundOf(run).unseen.size === 0) return
  if (isPointless(run)) return
  const { poolRank } = roundOf(run)
  const unseen = new Map(roundOf(run).unseen)
  for (const [rank, { commitment, blocks }] of unseen) {
    // Once a better scheduler has committed, others are out.
    if (rank > poolRank) {
      unseen.delete(rank)
      continue
    }
    const isDue = blocks + 1 >= RESUBMIT_BLOCKS
    unseen.set(rank, { commitment, blocks: isDue ? 0 : blocks + 1 })
    if (!isDue) continue
    emit(run, { kind: 'commit', commitment })
    trace(run, 'committed-again', rank)
  }
  change(run, { unseen })
}

function rankOf(
  run: Run,
  { schedulerId }: { readonly schedulerId: PublicKey },
): bigint | undefined {
  const { committee, number } = roundOf(run)
  return schedulerRank(committee, number, schedulerId)
}
