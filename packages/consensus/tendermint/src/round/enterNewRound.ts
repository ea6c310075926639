import { equalBytes } from '@wadi/base/bytes'
import { rotated } from '../validators/priorities.ts'
import { enterPropose } from './enterPropose.ts'
import { trackRound } from './heightVotes.ts'
import type { RoundState } from './roundState.ts'
import { RoundStep } from './roundStep.ts'
import { emit, moveTo, type Run, trace } from './run.ts'
import { waitsForTransactions } from './timeouts.ts'
import { unlockByPolkasBefore } from './unlock.ts'

/**
 * Entered when a height begins, when the round before came to nothing, or when more than two thirds
 * are in a later round.
 */
export function enterNewRound(run: Run, round: number, why: string): void {
  const { state } = run
  const isOver = round < state.round
  if (isOver || (round === state.round && state.step !== RoundStep.newHeight)) return
  if (round > state.round) {
    // COMPAT(cometbft): by the difference at once, for that is where priorities are rescaled.
    state.validators = rotated(state.validators, round - state.round)
  }
  if (round > 0) {
    // Those of round 0 may have come already, while the commit was waited for.
    state.proposal = undefined
    state.proposalBlock = undefined
    state.proposalParts = undefined
  }
  moveTo(run, { round, step: RoundStep.newRound })
  // The next round is tracked, too: so its votes can pull us there.
  state.votes = trackRound(state.votes, round + 1)
  state.isPrecommitTimeoutSet = false
  unlockByPolkasBefore(run)
  state.owed = { prevote: false, precommit: false }
  trace(run, { what: 'entered', entered: RoundStep.newRound, why })
  if (isWaiting(state)) waitForTransactions(run)
  else enterPropose(run, round, 'new-round')
}

/** A first round without transactions waits for some, unless there is a new state to be signed. */
function isWaiting(state: RoundState): boolean {
  const { config, round, hasTransactions } = state
  return (
    waitsForTransactions(config) && round === 0 && !hasTransactions && !isProofBlockNeeded(state)
  )
}

/** Did the last block change the state? Then the next one proves it. The first one always does. */
function isProofBlockNeeded({ chain, height }: RoundState): boolean {
  const { initialHeight, appHash, lastHeaderAppHash } = chain
  if (height === initialHeight || lastHeaderAppHash === undefined) return true
  return !equalBytes(appHash, lastHeaderAppHash)
}

function waitForTransactions(run: Run): void {
  const { config, height, round } = run.state
  const durationMs = config.createEmptyBlocksIntervalMs
  if (durationMs === 0) return
  const step = RoundStep.newRound
  emit(run, { kind: 'schedule', timeout: { durationMs, height, round, step } })
}
