import { equalBytes } from '@wadi/base/bytes'
import type { Vote } from '../types/vote.ts'
import { addedPrecommit } from './addedPrecommit.ts'
import { addedPrevote } from './addedPrevote.ts'
import { enterNewRound } from './enterNewRound.ts'
import { addHeightVote } from './heightVotes.ts'
import type { VoteInput } from './input.ts'
import { RoundStep } from './roundStep.ts'
import { emit, type Ignored, type Run, trace } from './run.ts'
import { addVote, hasAllVotes, type VoteOutcome } from './voteSet.ts'

/** A vote of this height, or a late precommit of the last one. */
export function takeVote(run: Run, input: VoteInput): Ignored {
  const { state } = run
  const { vote, sender } = input
  if (vote.height + 1n === state.height && vote.type === 'precommit') return takeLate(run, input)
  if (vote.height !== state.height) return 'other-height'
  if (vote.round < state.round) trace(run, { what: 'late-vote', vote })
  const outcome = addHeightVote(state.votes, vote, sender)
  state.votes = outcome.votes
  const ignored = tellOutcome(run, input, outcome)
  if (outcome.kind !== 'added') return ignored
  if (vote.type === 'prevote') addedPrevote(run, vote.round)
  else addedPrecommit(run, vote.round)
  return undefined
}

/**
 * Those that come while we wait go into the commit of the next block: their senders earn from it.
 */
function takeLate(run: Run, input: VoteInput): Ignored {
  const { state } = run
  if (state.step !== RoundStep.newHeight || state.lastCommit === undefined) return 'too-late'
  const outcome = addVote(state.lastCommit, input.vote)
  if ('set' in outcome) state.lastCommit = outcome.set
  const ignored = tellOutcome(run, input, outcome)
  if (outcome.kind !== 'added') return ignored
  if (state.config.skipTimeoutCommit && hasAllVotes(state.lastCommit)) {
    enterNewRound(run, 0, 'all-precommits')
  }
  return undefined
}

/** Tells peers and the pool of evidence what became of a vote. */
function tellOutcome(run: Run, { vote, sender }: VoteInput, outcome: VoteOutcome): Ignored {
  if (outcome.kind === 'duplicate') return 'duplicate'
  if (outcome.kind === 'refused') return outcome.why
  if (outcome.voteA !== undefined) reportEquivocation(run, outcome.voteA, vote)
  if (outcome.kind === 'conflicting') return 'conflicting'
  emit(run, { kind: 'accepted', what: 'vote', sender })
  emit(run, { kind: 'tell-has-vote', vote })
  return undefined
}

function reportEquivocation(run: Run, voteA: Vote, voteB: Vote): void {
  const { ownAddress } = run.state
  if (ownAddress !== undefined && equalBytes(ownAddress, voteB.validatorAddress)) {
    // Nobody accuses itself. Two nodes run with one key, or its last signature was forgotten.
    trace(run, { what: 'own-equivocation', voteA, voteB })
  } else emit(run, { kind: 'report-equivocation', voteA, voteB })
}
