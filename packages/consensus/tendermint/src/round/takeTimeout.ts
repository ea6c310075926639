import { enterNewRound } from './enterNewRound.ts'
import { enterPrecommit } from './enterPrecommit.ts'
import { enterPrevote } from './enterPrevote.ts'
import { enterPropose } from './enterPropose.ts'
import type { TimeoutInput } from './input.ts'
import { RoundStep } from './roundStep.ts'
import { type Ignored, isBefore, type Run, trace } from './run.ts'

/** A step is over because it lasted too long. */
export function takeTimeout(run: Run, { timeout }: TimeoutInput): Ignored {
  const { state } = run
  const { height, round, step } = timeout
  const isHere = round === state.round && step === state.step
  if (height !== state.height || !(isHere || isBefore(run, round, step))) {
    return 'passed'
  }
  trace(run, { what: 'timed-out', at: step })
  switch (step) {
    case RoundStep.newHeight:
      enterNewRound(run, 0, 'commit-waited-for')
      return undefined
    case RoundStep.newRound:
      enterPropose(run, round, 'transactions-waited-for')
      return undefined
    case RoundStep.propose:
      enterPrevote(run, round, 'proposal-waited-for')
      return undefined
    case RoundStep.prevoteWait:
      enterPrecommit(run, round, 'prevotes-waited-for')
      return undefined
    case RoundStep.precommitWait:
      enterPrecommit(run, round, 'precommits-waited-for')
      enterNewRound(run, round + 1, 'precommits-waited-for')
      return undefined
    default:
      return 'no-such-timeout'
  }
}
