import { castPrevote } from './castVote.ts'
import { RoundStep } from './roundStep.ts'
import { isBefore, moveTo, type Run, tellRoundStep, trace } from './run.ts'

/**
 * Entered when the proposal is complete, with the prevotes that it refers to, or was waited for.
 */
export function enterPrevote(run: Run, round: number, why: string): void {
  if (!isBefore(run, round, RoundStep.prevote)) return
  moveTo(run, { round, step: RoundStep.prevote })
  trace(run, { what: 'entered', entered: RoundStep.prevote, why })
  castPrevote(run)
  tellRoundStep(run)
}
