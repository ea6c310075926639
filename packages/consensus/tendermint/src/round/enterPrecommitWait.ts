import { assert } from '@wadi/base/errors'
import { voteSetAt } from './heightVotes.ts'
import { RoundStep } from './roundStep.ts'
import { emit, type Run, tellRoundStep, trace } from './run.ts'
import { precommitMs } from './timeouts.ts'
import { hasTwoThirdsAny } from './voteSet.ts'

/**
 * Entered when more than two thirds precommitted, but not for a block: once a round.
 * COMPAT(cometbft): the step stays what it was.
 */
export function enterPrecommitWait(run: Run, round: number): void {
  const { state } = run
  if (round < state.round || (round === state.round && state.isPrecommitTimeoutSet)) return
  const precommits = voteSetAt(state.votes, round, 'precommit')
  assert(precommits !== undefined && hasTwoThirdsAny(precommits), 'two thirds precommitted')
  const step = RoundStep.precommitWait
  const durationMs = precommitMs(state.config, round)
  emit(run, { kind: 'schedule', timeout: { durationMs, height: state.height, round, step } })
  state.isPrecommitTimeoutSet = true
  trace(run, { what: 'entered', entered: step, why: 'two-thirds-precommitted' })
  tellRoundStep(run)
}
