import { castPrecommit } from './castVote.ts'
import { majorityAt } from './heightVotes.ts'
import { RoundStep } from './roundStep.ts'
import { isBefore, moveTo, type Run, tellRoundStep, trace } from './run.ts'

/** Entered with a polka, after waiting for one, or because others precommit already. */
export function enterPrecommit(run: Run, round: number, why: string): void {
  if (!isBefore(run, round, RoundStep.precommit)) return
  const polka = majorityAt(run.state.votes, round, 'prevote')
  if (polka !== undefined) trace(run, { what: 'polka', ofRound: round, blockId: polka.blockId })
  moveTo(run, { round, step: RoundStep.precommit })
  trace(run, { what: 'entered', entered: RoundStep.precommit, why })
  castPrecommit(run)
  tellRoundStep(run)
}
