/** Proposals that wait, in the order of round and rank. */

import type { Proposal } from '@wadi/consensus/roothash/commitments'
import { equalProposals } from '@wadi/runtime-protocol/commitments/proposal'
import { PROPOSALS_MAX } from '../limits.ts'
import type { QueuedProposal } from './roundState.ts'

/** The queue with a proposal, and what was in its place or had to go. */
export interface Queued {
  readonly queue: readonly QueuedProposal[]
  /** Another proposal of this round and rank was there first: it stays. */
  readonly first: Proposal | undefined
  /** What it takes the place of: the same, with a list of which nobody knows whose it is. */
  readonly replaced: QueuedProposal | undefined
  /** Was the new one the furthest away of too many? */
  readonly isOverflow: boolean
}

function isBefore(a: QueuedProposal, b: QueuedProposal): boolean {
  const [x, y] = [a.proposal.header.round, b.proposal.header.round]
  return x < y || (x === y && a.rank < b.rank)
}

/** May it take the place of the known one? Only the scheduler says what is in its batch. */
function isBetter(added: QueuedProposal, known: QueuedProposal): boolean {
  if (known.isVouched || !added.isVouched) return false
  return equalProposals(added.proposal.header, known.proposal.header)
}

/**
 * Adds a proposal; of one rank the first one stays, unless somebody else had it from its scheduler
 * and the scheduler is heard itself. The reference keeps the last one instead, so that a scheduler
 * can change its mind while others look for its transactions, and anybody its list.
 */
export function withProposal(queue: readonly QueuedProposal[], added: QueuedProposal): Queued {
  const place = queue.findIndex((known) => !isBefore(known, added))
  const at = place < 0 ? queue.length : place
  const known = queue[at]
  const nothing = { first: undefined, replaced: undefined, isOverflow: false }
  if (known !== undefined && !isBefore(added, known)) {
    if (isBetter(added, known)) return { ...nothing, queue: queue.with(at, added), replaced: known }
    return { ...nothing, queue, first: known.proposal }
  }
  if (at >= PROPOSALS_MAX) return { ...nothing, queue, isOverflow: true }
  const longer = queue.toSpliced(at, 0, added)
  return { ...nothing, queue: longer.slice(0, PROPOSALS_MAX) }
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
