/** Proposals that wait, in the order of round and rank. */

import type { Proposal } from '@wadi/consensus/roothash/commitments'
import { PROPOSALS_MAX } from '../limits.ts'
import type { QueuedProposal } from './roundState.ts'

/** The queue with a proposal, and what was in its place or had to go. */
export interface Queued {
  readonly queue: readonly QueuedProposal[]
  /** Another proposal of this round and rank was there first: it stays. */
  readonly first: Proposal | undefined
  /** Was the new one the furthest away of too many? */
  readonly isOverflow: boolean
}

function isBefore(a: QueuedProposal, b: QueuedProposal): boolean {
  const [x, y] = [a.proposal.header.round, b.proposal.header.round]
  return x < y || (x === y && a.rank < b.rank)
}

/**
 * Adds a proposal; of one rank the first one stays. The reference keeps the last one instead, so
 * that a scheduler can change its mind while others look for its transactions.
 */
export function withProposal(queue: readonly QueuedProposal[], added: QueuedProposal): Queued {
  const place = queue.findIndex((known) => !isBefore(known, added))
  const at = place < 0 ? queue.length : place
  const known = queue[at]
  if (known !== undefined && !isBefore(added, known)) {
    return { queue, first: known.proposal, isOverflow: false }
  }
  if (at >= PROPOSALS_MAX) return { queue, first: undefined, isOverflow: true }
  const longer = queue.toSpliced(at, 0, added)
  return { queue: longer.slice(0, PROPOSALS_MAX), first: undefined, isOverflow: false }
}

/** The queue without the proposals of rounds that are over. */
export function pruned(queue: readonly QueuedProposal[], round: bigint): readonly QueuedProposal[] {
  return queue.filter(({ proposal }) => proposal.header.round >= round)
}

/** The proposals of a round, the best one first. */
export function proposalsOf(
  queue: readonly QueuedProposal[],
  round: bigint,
): readonly QueuedProposal[] {
  return queue.filter(({ proposal }) => proposal.header.round === round)
}
