import { addMilliseconds, compareMoments, type Moment } from '@wadi/primitives/moment'
import type { RoundState } from './roundState.ts'

/** A block is at least so much later than the block before. */
const BLOCK_TIME_STEP_MS = 1

/**
 * The time in a vote: now, but later than the block that is voted on, so that the median of the
 * votes is. CometBFT spec, "BFT time". COMPAT(cometbft): also if the vote is for nil.
 */
export function voteTime(
  { locked, proposalBlock }: Pick<RoundState, 'locked' | 'proposalBlock'>,
  now: Moment,
): Moment {
  const candidate = locked?.candidate ?? proposalBlock
  if (candidate === undefined) return now
  const earliest = addMilliseconds(candidate.block.header.time, BLOCK_TIME_STEP_MS)
  return compareMoments(now, earliest) > 0 ? now : earliest
}
