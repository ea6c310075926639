import { type Candidate, isCandidate } from './candidate.ts'
import { castPrecommit, castPrevote } from './castVote.ts'
import type { BlockCheckedInput } from './input.ts'
import type { BlockInRound } from './roundState.ts'
import type { Ignored, Run } from './run.ts'

/** What a block is worth: votes that waited for it are cast, if their round still is. */
export function takeVerdict(run: Run, input: BlockCheckedInput): Ignored {
  const { state } = run
  if (input.height !== state.height) return 'other-height'
  const judged = (candidate: Candidate): Candidate =>
    isCandidate(candidate, input.blockId) ? { ...candidate, verdict: input.verdict } : candidate
  const judgedIn = (held: BlockInRound | undefined): BlockInRound | undefined =>
    held === undefined ? undefined : { ...held, candidate: judged(held.candidate) }
  if (state.proposalBlock !== undefined) state.proposalBlock = judged(state.proposalBlock)
  state.locked = judgedIn(state.locked)
  state.valid = judgedIn(state.valid)
  const { prevote, precommit } = state.owed
  if (prevote) castPrevote(run)
  if (precommit) castPrecommit(run)
  return undefined
}
