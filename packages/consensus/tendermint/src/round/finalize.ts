import { assert } from '@wadi/base/errors'
import { allParts, isCandidate } from './candidate.ts'
import { voteSetAt } from './heightVotes.ts'
import { RoundStep } from './roundStep.ts'
import { emit, type Run, trace } from './run.ts'
import { commitOf } from './voteSet.ts'

/** Decides the height, once the block is here that more than two thirds precommitted. */
export function finalize(run: Run): void {
  const { state } = run
  const { commitRound, proposalBlock } = state
  if (state.step !== RoundStep.commit || commitRound === undefined || state.isDecided) return
  const precommits = voteSetAt(state.votes, commitRound, 'precommit')
  assert(precommits !== undefined, 'the votes of the commit are kept')
  const commit = commitOf(precommits)
  const { blockId } = commit
  if (!isCandidate(proposalBlock, blockId)) return
  const { block, verdict } = proposalBlock
  assert(verdict !== 'invalid', 'more than two thirds precommitted an invalid block')
  state.isDecided = true
  trace(run, { what: 'commit', ofRound: commitRound, blockId })
  emit(run, {
    kind: 'decide',
    block,
    blockId,
    parts: allParts(proposalBlock.parts),
    commit,
    verdict: verdict === 'asked' ? undefined : verdict,
  })
}
