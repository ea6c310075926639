import { isCandidate } from './candidate.ts'
import { fetchBlock, noteValid } from './castVote.ts'
import { enterNewRound } from './enterNewRound.ts'
import { enterPrecommit } from './enterPrecommit.ts'
import { enterPrevote } from './enterPrevote.ts'
import { enterPrevoteWait } from './enterPrevoteWait.ts'
import { majorityAt, voteSetAt } from './heightVotes.ts'
import { isProposalComplete } from './isProposalComplete.ts'
import { RoundStep } from './roundStep.ts'
import { type Run, tellValidBlock, trace } from './run.ts'
import { unlockByPolka } from './unlock.ts'
import { hasTwoThirdsAny, type Majority } from './voteSet.ts'

/** What follows from one more prevote in a round. */
export function addedPrevote(run: Run, round: number): void {
  const { state } = run
  const polka = majorityAt(state.votes, round, 'prevote')
  if (polka !== undefined) takePolka(run, round, polka)
  const isAny = hasTwoThirdsAny(voteSetAt(state.votes, round, 'prevote')!)
  if (state.round < round && isAny) {
    enterNewRound(run, round, 'two-thirds-are-ahead')
  } else if (state.round === round && state.step >= RoundStep.prevote) {
    if (polka !== undefined && (polka.blockId === undefined || isProposalComplete(state))) {
      enterPrecommit(run, round, 'polka')
    } else if (isAny) enterPrevoteWait(run, round)
  } else if (state.proposal?.polRound === round && isProposalComplete(state)) {
    enterPrevote(run, state.round, 'proposal-complete')
  }
}

/** More than two thirds prevoted for one thing: it unlocks from others, and is proposed again. */
function takePolka(run: Run, round: number, { blockId }: Majority): void {
  const { state } = run
  const { valid } = state
  unlockByPolka(run, round)
  if (blockId === undefined || round !== state.round) return
  if (valid !== undefined && valid.round >= round) return
  if (isCandidate(state.proposalBlock, blockId)) {
    noteValid(run, state.proposalBlock)
  } else {
    state.proposalBlock = undefined
    fetchBlock(run, blockId)
    trace(run, { what: 'missing-block', why: 'polka', blockId })
  }
  tellValidBlock(run)
}
