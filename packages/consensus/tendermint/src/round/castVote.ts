import type { BlockId } from '../types/blockId.ts'
import type { Vote } from '../types/vote.ts'
import { emptyParts, hasHeader } from './blockParts.ts'
import type { Candidate } from './candidate.ts'
import { decidePrecommit } from './decidePrecommit.ts'
import { decidePrevote } from './decidePrevote.ts'
import { majorityAt } from './heightVotes.ts'
import { RoundStep } from './roundStep.ts'
import { emit, type Run, trace } from './run.ts'
import { unlock } from './unlock.ts'
import type { BlockIdOrNil } from './voteSet.ts'
import { voteTime } from './voteTime.ts'

/** Prevotes, or asks first what the block is worth; then the vote is owed. */
export function castPrevote(run: Run): void {
  const { state } = run
  const decision = decidePrevote({
    locked: state.locked?.candidate,
    proposal: state.proposalBlock,
  })
  trace(run, { what: 'decided-vote', type: 'prevote', decision })
  state.owed = { ...state.owed, prevote: decision.vote === 'later' }
  if (decision.vote === 'later') askAbout(run, decision.candidate, 'prevote')
  else signVote(run, 'prevote', decision.vote === 'block' ? decision.blockId : undefined)
}

/** Precommits, and locks or unlocks; or asks first what the block is worth. */
export function castPrecommit(run: Run): void {
  const { state } = run
  const { round } = state
  if (state.owed.prevote) {
    // Nobody signs a prevote after the precommit of its round: both wait.
    state.owed = { prevote: true, precommit: true }
    return
  }
  const decision = decidePrecommit({
    polka: majorityAt(state.votes, round, 'prevote'),
    locked: state.locked?.candidate,
    proposal: state.proposalBlock,
  })
  trace(run, { what: 'decided-vote', type: 'precommit', decision })
  state.owed = { ...state.owed, precommit: decision.vote === 'later' }
  if (decision.vote === 'later') {
    askAbout(run, decision.candidate, 'precommit')
  } else if (decision.vote === 'block') {
    state.locked = { round, candidate: decision.candidate }
    trace(run, { what: 'locked', why: decision.why, blockId: decision.blockId })
    signVote(run, 'precommit', decision.blockId)
  } else {
    if (decision.why !== 'no-polka') unlock(run, decision.why)
    if (decision.why === 'polka-for-unseen-block') fetchBlock(run, decision.blockId)
    signVote(run, 'precommit', undefined)
  }
}

/** Collects the parts of a block, in place of those of any other. */
export function fetchBlock(run: Run, { partSetHeader }: BlockId): void {
  const { state } = run
  if (hasHeader(state.proposalParts, partSetHeader)) return
  state.proposalBlock = undefined
  state.proposalParts = emptyParts(partSetHeader)
}

/** The block of this round's polka is here: it is proposed again, and perhaps locked. */
export function noteValid(run: Run, candidate: Candidate): void {
  const { state } = run
  const { round, step, owed } = state
  state.valid = { round, candidate }
  trace(run, { what: 'valid-block', blockId: candidate.blockId })
  // Asked before it is needed, so that a precommit at the end of the round does not come too late.
  // Before our prevote the application is asked, too: not here.
  const isUnchecked = candidate.verdict === undefined
  if (isUnchecked && step >= RoundStep.prevote && !owed.prevote) {
    askAbout(run, candidate, 'precommit')
  }
}

function askAbout(run: Run, candidate: Candidate, stage: 'prevote' | 'precommit'): void {
  if (candidate.verdict === 'asked') return
  const { state } = run
  state.proposalBlock = { ...candidate, verdict: 'asked' }
  emit(run, { kind: 'check-block', stage, height: state.height, candidate })
}

function signVote(run: Run, type: Vote['type'], blockId: BlockIdOrNil): void {
  const { state } = run
  const { height, round, seat } = state
  if (seat === undefined) return
  const timestamp = voteTime(state, run.now)
  const by = { validatorAddress: seat.address, validatorIndex: seat.index }
  emit(run, { kind: 'sign-vote', vote: { type, height, round, blockId, timestamp, ...by } })
}
