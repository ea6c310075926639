import { assert } from '@wadi/base/errors'
import { voteSetAt } from './heightVotes.ts'
import { RoundStep } from './roundStep.ts'
import { emit, isBefore, moveTo, type Run, tellRoundStep, trace } from './run.ts'
import { prevoteMs } from './timeouts.ts'
import { hasTwoThirdsAny } from './voteSet.ts'

/** Entered when more than two thirds prevoted, but not for one thing: others may follow. */
export function enterPrevoteWait(run: Run, round: number): void {
  if (!isBefore(run, round, RoundStep.prevoteWait)) return
  const { state } = run
  const prevotes = voteSetAt(state.votes, round, 'prevote')
  assert(prevotes !== undefined && hasTwoThirdsAny(prevotes), 'two thirds prevoted')
  const step = RoundStep.prevoteWait
  const durationMs = prevoteMs(state.config, round)
  emit(run, { kind: 'schedule', timeout: { durationMs, height: state.height, round, step } })
  moveTo(run, { round, step })
  trace(run, { what: 'entered', entered: step, why: 'two-thirds-prevoted' })
  tellRoundStep(run)
}
