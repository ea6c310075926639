import { equalBytes } from '@wadi/base/bytes'
import type { Hash } from '@wadi/primitives/hash'
import type { Tally } from './countVotes.ts'

/** How the backup workers have voted, and how patient to be. */
export interface ResolutionView {
  readonly tally: Tally
  /** What the scheduler itself voted for. */
  readonly schedulerVote: Hash
  /** Has the resolution taken too long? */
  readonly isTimeout: boolean
}

/** What the votes of the backup workers mean; failures by the name of the reference's error. */
export type Resolution =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'waiting'; readonly why: 'votes-missing' }
  | { readonly kind: 'failed'; readonly why: 'insufficientVotes' | 'badSchedulerCommitment' }

/** Whether more than half of the backup workers confirm what the scheduler said. */
export function resolveDiscrepancy(view: ResolutionView): Resolution {
  const { tally, schedulerVote, isTimeout } = view
  const required = Math.floor(tally.memberCount / 2) + 1
  let best: { readonly vote: Hash | undefined; readonly count: number } = NOTHING
  for (const candidate of tally.counts) if (candidate.count > best.count) best = candidate

  const isHopeless = best.count + tally.missingCount < required
  if (isHopeless) return { kind: 'failed', why: 'insufficientVotes' }
  if (best.count < required) {
    if (isTimeout) return { kind: 'failed', why: 'insufficientVotes' }
    return { kind: 'waiting', why: 'votes-missing' }
  }
  const isConfirmed = best.vote !== undefined && equalBytes(best.vote, schedulerVote)
  if (isConfirmed) return { kind: 'accepted' }
  return { kind: 'failed', why: 'badSchedulerCommitment' }
}

const NOTHING = { vote: undefined, count: 0 }
