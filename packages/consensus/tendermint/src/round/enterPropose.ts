import { equalBytes } from '@wadi/base/bytes'
import type { BlockId } from '../types/blockId.ts'
import type { Part } from '../types/part.ts'
import { allParts } from './candidate.ts'
import { enterPrevote } from './enterPrevote.ts'
import { isProposalComplete } from './isProposalComplete.ts'
import { RoundStep } from './roundStep.ts'
import { emit, isBefore, moveTo, type Run, tellRoundStep, trace } from './run.ts'
import { proposeMs } from './timeouts.ts'
import { commitOf } from './voteSet.ts'

/** Entered at once in a new round; in the first one perhaps only when there are transactions. */
export function enterPropose(run: Run, round: number, why: string): void {
  if (!isBefore(run, round, RoundStep.propose)) return
  const { state } = run
  const step = RoundStep.propose
  const durationMs = proposeMs(state.config, round)
  emit(run, { kind: 'schedule', timeout: { durationMs, height: state.height, round, step } })
  moveTo(run, { round, step })
  trace(run, { what: 'entered', entered: step, why })
  if (isOurTurn(run)) propose(run)
  tellRoundStep(run)
  if (isProposalComplete(state)) enterPrevote(run, round, 'proposal-complete')
}

function isOurTurn(run: Run): boolean {
  const { seat, validators } = run.state
  if (seat === undefined) {
    trace(run, { what: 'proposal', why: 'no-validator' })
    return false
  }
  const isOurs =
    validators.proposer !== undefined && equalBytes(validators.proposer.address, seat.address)
  if (!isOurs) trace(run, { what: 'proposal', why: 'not-our-turn' })
  return isOurs
}

/** Proposes the last block with a polka again, or has one made. */
function propose(run: Run): void {
  const { state } = run
  const { height, round, valid, seat, lastCommit } = state
  trace(run, { what: 'proposal', why: 'ours' })
  if (valid !== undefined) {
    signProposal(run, valid.candidate.blockId, allParts(valid.candidate.parts))
    return
  }
  emit(run, {
    kind: 'make-block',
    height,
    round,
    lastCommit: lastCommit === undefined ? undefined : commitOf(lastCommit),
    proposerAddress: seat!.address,
  })
}

/** Has a proposal of this round signed. */
export function signProposal(run: Run, blockId: BlockId, parts: readonly Part[]): void {
  const { height, round, valid } = run.state
  const polRound = valid?.round ?? -1
  const proposal = { height, round, polRound, blockId, timestamp: run.now }
  emit(run, { kind: 'sign-proposal', proposal, parts })
}
