import { isCandidate } from './candidate.ts'
import { majorityAt } from './heightVotes.ts'
import { type Run, trace } from './run.ts'

/** Forgets what we are locked on. */
export function unlock(
  run: Run,
  why: 'later-polka' | 'polka-for-nil' | 'polka-for-unseen-block',
): void {
  if (run.state.locked === undefined) return
  run.state.locked = undefined
  trace(run, { what: 'unlocked', why })
}

/** Unlocks if a round between the lock's and ours has a polka for anything else. */
export function unlockByPolka(run: Run, round: number): void {
  const { locked, round: ours, votes } = run.state
  if (locked === undefined || round <= locked.round || round > ours) return
  const polka = majorityAt(votes, round, 'prevote')
  if (polka === undefined) return
  const { blockId } = polka
  if (blockId === undefined || !isCandidate(locked.candidate, blockId)) unlock(run, 'later-polka')
}

/**
 * The same for the rounds that a new round leaves behind. CometBFT looks at a polka only when a
 * prevote is added in a round that it has reached, and who skips that round stays locked for ever:
 * with another lock elsewhere and a silent validator, no later round can decide.
 */
export function unlockByPolkasBefore(run: Run): void {
  const { locked, round, votes } = run.state
  if (locked === undefined) return
  for (const each of votes.rounds) if (each.round < round) unlockByPolka(run, each.round)
}
