import { toHex } from '@wadi/base/bytes'
import type { SchedulerCommitment } from '@wadi/consensus/roothash/commitments'
import type { Committee, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import type { Hash } from '@wadi/primitives/hash'
import { membersOf } from '../committee.ts'

/** How many votes a result has got. */
export interface VoteCount {
  readonly vote: Hash
  readonly count: number
}

/** How the members of one role have voted on a scheduler's proposal. */
export interface Tally {
  readonly memberCount: number
  /** Of those who have committed: those who have no result. */
  readonly failureCount: number
  /** Of those who have not committed yet. */
  readonly missingCount: number
  /** One entry for each of the results. */
  readonly counts: readonly VoteCount[]
}

/** Counts the votes of the members of a role; those of all others do not matter. */
export function countVotes(
  committee: Committee,
  role: CommitteeRole,
  { votes }: SchedulerCommitment,
): Tally {
  const voters = membersOf(committee).filter((member) => member.role === role)
  const committed = voters.filter(({ publicKey }) => votes.has(publicKey))
  const counts = new Map<string, VoteCount>()
  let failureCount = 0
  for (const { publicKey } of committed) {
    const vote = votes.get(publicKey)
    if (vote === undefined) {
      failureCount++
      continue
    }
    const key = toHex(vote)
    counts.set(key, { vote, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return {
    memberCount: voters.length,
    failureCount,
    missingCount: voters.length - committed.length,
    counts: [...counts.values()],
  }
}
