import type { BlockId } from '../types/blockId.ts'
import type { Candidate } from './candidate.ts'

/** What is looked at. */
export interface PrevoteView {
  readonly locked: Candidate | undefined
  /** The complete block of the round, if there is one. */
  readonly proposal: Candidate | undefined
}

/** What a validator prevotes, and why. `later`: the verdict on the block is not known yet. */
export type Prevote =
  | { readonly vote: 'block'; readonly why: 'locked' | 'valid-proposal'; readonly blockId: BlockId }
  | { readonly vote: 'nil'; readonly why: 'no-proposal' | 'invalid-block' | 'rejected-block' }
  | { readonly vote: 'later'; readonly why: 'unchecked-block'; readonly candidate: Candidate }

/** CometBFT spec, "Prevote step". A locked validator does not even look at what is proposed. */
export function decidePrevote({ locked, proposal }: PrevoteView): Prevote {
  if (locked !== undefined) return { vote: 'block', why: 'locked', blockId: locked.blockId }
  if (proposal === undefined) return { vote: 'nil', why: 'no-proposal' }
  switch (proposal.verdict) {
    case undefined:
    case 'asked':
      return { vote: 'later', why: 'unchecked-block', candidate: proposal }
    case 'invalid':
      return { vote: 'nil', why: 'invalid-block' }
    case 'rejected':
      return { vote: 'nil', why: 'rejected-block' }
    case 'valid':
      return { vote: 'block', why: 'valid-proposal', blockId: proposal.blockId }
  }
}
