import { assert } from '@wadi/base/errors'
import { announceHeight, heightState } from './beginHeight.ts'
import { enterNewRound } from './enterNewRound.ts'
import { voteSetAt } from './heightVotes.ts'
import type { NewHeightInput } from './input.ts'
import type { Ignored, Run } from './run.ts'
import { hasAllVotes } from './voteSet.ts'

/** The decided block was applied: on to the next one. */
export function takeNewHeight(run: Run, { chain }: NewHeightInput): Ignored {
  const { state } = run
  if (chain.lastBlockHeight <= state.chain.lastBlockHeight) {
    return 'not-later'
  }
  const { height, commitRound } = state
  assert(state.isDecided && commitRound !== undefined, 'a height ends with a decision')
  assert(chain.lastBlockHeight === height, 'the decided block was applied')
  const lastCommit = voteSetAt(state.votes, commitRound, 'precommit')
  assert(lastCommit?.majority?.blockId !== undefined, 'a decided block has a commit')
  Object.assign(run.state, heightState(state, chain, lastCommit, run.now))
  announceHeight(run)
  if (state.config.skipTimeoutCommit && hasAllVotes(lastCommit)) {
    enterNewRound(run, 0, 'all-precommits')
  }
  return undefined
}
