import type { BlockId } from '../types/blockId.ts'
import type { Vote } from '../types/vote.ts'
import type { VoteDecision } from './decision.ts'
import type { RoundStep } from './roundStep.ts'

/** What happened in the life of a round, and why. */
export type TraceEvent =
  | { readonly what: 'entered'; readonly entered: RoundStep; readonly why: string }
  | { readonly what: 'decided-vote'; readonly type: Vote['type']; readonly decision: VoteDecision }
  | {
      readonly what: 'proposal'
      readonly why: 'ours' | 'received' | 'not-our-turn' | 'no-validator'
    }
  | { readonly what: 'complete-block'; readonly blockId: BlockId }
  | { readonly what: 'bad-block'; readonly why: string }
  | { readonly what: 'polka'; readonly ofRound: number; readonly blockId: BlockId | undefined }
  | { readonly what: 'locked'; readonly why: 'lock' | 'relock'; readonly blockId: BlockId }
  | {
      readonly what: 'unlocked'
      readonly why: 'later-polka' | 'polka-for-nil' | 'polka-for-unseen-block'
    }
  | { readonly what: 'valid-block'; readonly blockId: BlockId }
  | { readonly what: 'missing-block'; readonly why: 'polka' | 'commit'; readonly blockId: BlockId }
  | { readonly what: 'commit'; readonly ofRound: number; readonly blockId: BlockId }
  | { readonly what: 'timed-out'; readonly at: RoundStep }
  | { readonly what: 'late-vote'; readonly vote: Vote }
  | { readonly what: 'own-equivocation'; readonly voteA: Vote; readonly voteB: Vote }
  | { readonly what: 'ignored'; readonly input: string; readonly why: string }
  | { readonly what: 'failed'; readonly effect: string; readonly why: string }

/** An event with its place. */
export type Trace = TraceEvent & {
  readonly height: bigint
  readonly round: number
  readonly step: RoundStep
}
