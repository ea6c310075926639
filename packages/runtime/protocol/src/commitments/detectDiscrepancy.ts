import type { Tally } from './countVotes.ts'

/** How the workers have voted, and how patient to be. */
export interface DetectionView {
  readonly tally: Tally
  /** Of the scheduler whose proposal the votes are about. */
  readonly rank: bigint
  /** So many workers may fail or stay away. */
  readonly allowedStragglers: number
  /** Has the round taken too long? */
  readonly isTimeout: boolean
}

/** What the votes of the workers mean, and why. */
export type Detection =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'waiting'; readonly why: 'votes-missing' | 'backup-scheduler' }
  | {
      readonly kind: 'discrepancy'
      readonly why: 'votes-differ' | 'too-many-failures' | 'votes-missing'
    }

/** Whether the workers agree. If they do not, the backup workers have to decide. */
export function detectDiscrepancy(view: DetectionView): Detection {
  const { tally, rank, allowedStragglers, isTimeout } = view
  const { counts, failureCount, memberCount } = tally
  const isSplit = counts.length > 1
  if (isSplit || failureCount > allowedStragglers) {
    // A backup scheduler has to wait until the round times out, or it could make its way past the
    // primary one with the help of a few nodes that fail or lie at once.
    if (rank > 0n && !isTimeout) return { kind: 'waiting', why: 'backup-scheduler' }
    return { kind: 'discrepancy', why: isSplit ? 'votes-differ' : 'too-many-failures' }
  }
  const agreed = counts[0]?.count ?? 0
  if (agreed >= memberCount - allowedStragglers) return { kind: 'accepted' }
  return { kind: isTimeout ? 'discrepancy' : 'waiting', why: 'votes-missing' }
}
