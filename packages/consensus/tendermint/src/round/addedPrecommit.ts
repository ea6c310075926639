import { enterCommit } from './enterCommit.ts'
import { enterNewRound } from './enterNewRound.ts'
import { enterPrecommit } from './enterPrecommit.ts'
import { enterPrecommitWait } from './enterPrecommitWait.ts'
import { majorityAt, voteSetAt } from './heightVotes.ts'
import type { Run } from './run.ts'
import { hasTwoThirdsAny } from './voteSet.ts'

/** What follows from one more precommit in a round: of an earlier one, too, if it decides. */
export function addedPrecommit(run: Run, round: number): void {
  const { state } = run
  const majority = majorityAt(state.votes, round, 'precommit')
  if (majority !== undefined) {
    enterNewRound(run, round, 'two-thirds-are-ahead')
    enterPrecommit(run, round, 'two-thirds-precommitted')
    if (majority.blockId === undefined) enterPrecommitWait(run, round)
    else enterCommit(run, round)
  } else if (state.round <= round) {
    if (!hasTwoThirdsAny(voteSetAt(state.votes, round, 'precommit')!)) return
    enterNewRound(run, round, 'two-thirds-are-ahead')
    enterPrecommitWait(run, round)
  }
}
