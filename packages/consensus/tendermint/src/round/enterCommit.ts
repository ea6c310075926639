import { assert } from '@wadi/base/errors'
import { hasHeader } from './blockParts.ts'
import { isCandidate } from './candidate.ts'
import { fetchBlock } from './castVote.ts'
import { finalize } from './finalize.ts'
import { majorityAt } from './heightVotes.ts'
import { RoundStep } from './roundStep.ts'
import { moveTo, type Run, tellRoundStep, tellValidBlock, trace } from './run.ts'

/** Entered when more than two thirds precommitted one block, in whatever round: that is final. */
export function enterCommit(run: Run, commitRound: number): void {
  const { state } = run
  if (state.step >= RoundStep.commit) return
  const blockId = majorityAt(state.votes, commitRound, 'precommit')?.blockId
  assert(blockId !== undefined, 'two thirds precommitted a block')
  if (isCandidate(state.locked?.candidate, blockId)) {
    state.proposalBlock = state.locked.candidate
    state.proposalParts = state.locked.candidate.parts
  }
  const isMissing =
    !isCandidate(state.proposalBlock, blockId) &&
    !hasHeader(state.proposalParts, blockId.partSetHeader)
  if (isMissing) fetchBlock(run, blockId)
  moveTo(run, { round: state.round, step: RoundStep.commit })
  state.commitRound = commitRound
  state.commitTime = run.now
  trace(run, { what: 'entered', entered: RoundStep.commit, why: 'two-thirds-precommitted-block' })
  if (isMissing) {
    trace(run, { what: 'missing-block', why: 'commit', blockId })
    tellValidBlock(run)
  }
  tellRoundStep(run)
  finalize(run)
}
