import { addPart, type BlockParts, isComplete } from './blockParts.ts'
import { assemble, isCandidate } from './candidate.ts'
import { noteValid } from './castVote.ts'
import { enterPrecommit } from './enterPrecommit.ts'
import { enterPrevote } from './enterPrevote.ts'
import { finalize } from './finalize.ts'
import { majorityAt } from './heightVotes.ts'
import type { BlockPartInput } from './input.ts'
import { isProposalComplete } from './isProposalComplete.ts'
import { RoundStep } from './roundStep.ts'
import { emit, type Ignored, type Run, trace } from './run.ts'
import { blockBytesBound } from './takeProposal.ts'

/** A part of the block that is collected: whatever round it was sent in, blocks come again. */
export function takeBlockPart(run: Run, input: BlockPartInput): Ignored {
  const { state } = run
  if (input.height !== state.height) return 'other-height'
  if (state.proposalParts === undefined) return 'not-collecting'
  const outcome = addPart(state.proposalParts, input.part)
  if (outcome.kind === 'duplicate') return 'duplicate'
  if (outcome.kind === 'refused') return outcome.why
  state.proposalParts = outcome.parts
  emit(run, { kind: 'accepted', what: 'block-part', sender: input.sender })
  if (isComplete(outcome.parts)) takeWhole(run, outcome.parts)
  return undefined
}

function takeWhole(run: Run, parts: BlockParts): void {
  const { state } = run
  if (BigInt(parts.bytes) > blockBytesBound(state.chain.blockBytesMax)) {
    trace(run, { what: 'bad-block', why: 'too-long' })
    return
  }
  const candidate = assemble(parts)
  if (candidate === undefined) {
    trace(run, { what: 'bad-block', why: 'no-block' })
    return
  }
  state.proposalBlock = candidate
  trace(run, { what: 'complete-block', blockId: candidate.blockId })
  completeProposal(run)
}

/** With a block that was waited for the round goes on, or the height is decided. */
function completeProposal(run: Run): void {
  const { state } = run
  const { round, proposalBlock, valid } = state
  const polka = majorityAt(state.votes, round, 'prevote')
  const blockId = polka?.blockId
  if (blockId !== undefined && isCandidate(proposalBlock, blockId)) {
    if (valid === undefined || valid.round < round) noteValid(run, proposalBlock)
  }
  if (state.step <= RoundStep.propose && isProposalComplete(state)) {
    enterPrevote(run, round, 'proposal-complete')
    if (polka !== undefined) enterPrecommit(run, round, 'polka')
  } else if (state.step === RoundStep.commit) finalize(run)
}
