import { assert } from '@wadi/base/errors'
import type { BlockId } from '../types/blockId.ts'
import { type Candidate, isCandidate } from './candidate.ts'
import type { Majority } from './voteSet.ts'

/** What is looked at. */
export interface PrecommitView {
  /** What more than two thirds prevoted in this round. */
  readonly polka: Majority | undefined
  readonly locked: Candidate | undefined
  /** The complete block of the round, if there is one. */
  readonly proposal: Candidate | undefined
}

/** What a validator precommits, and why. `later`: the verdict on the block is not known yet. */
export type Precommit =
  | { readonly vote: 'nil'; readonly why: 'no-polka' | 'polka-for-nil' }
  | { readonly vote: 'nil'; readonly why: 'polka-for-unseen-block'; readonly blockId: BlockId }
  | {
      readonly vote: 'block'
      readonly why: 'relock' | 'lock'
      readonly blockId: BlockId
      readonly candidate: Candidate
    }
  | { readonly vote: 'later'; readonly why: 'unchecked-block'; readonly candidate: Candidate }

/**
 * CometBFT spec, "Precommit step". A lock survives a round without a polka, and no other.
 * COMPAT(cometbft): a polka for nil or for an unseen block unlocks; in the paper (arXiv 1807.04938)
 * only a polka for another block that was seen does.
 */
export function decidePrecommit({ polka, locked, proposal }: PrecommitView): Precommit {
  if (polka === undefined) return { vote: 'nil', why: 'no-polka' }
  const { blockId } = polka
  if (blockId === undefined) return { vote: 'nil', why: 'polka-for-nil' }
  if (isCandidate(locked, blockId))
    return { vote: 'block', why: 'relock', blockId, candidate: locked }
  if (!isCandidate(proposal, blockId))
    return { vote: 'nil', why: 'polka-for-unseen-block', blockId }
  if (proposal.verdict === undefined || proposal.verdict === 'asked') {
    return { vote: 'later', why: 'unchecked-block', candidate: proposal }
  }
  // More than a third of the validators are faulty: going on would help them.
  assert(proposal.verdict !== 'invalid', 'more than two thirds prevoted an invalid block')
  return { vote: 'block', why: 'lock', blockId, candidate: proposal }
}
