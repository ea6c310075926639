/** The machine of a runtime's rounds: a state and something that happened make both anew. */

import { equalBytes } from '@wadi/base/bytes'
import { unreachable } from '@wadi/base/errors'
import type { Hash } from '@wadi/primitives/hash'
import { nextRound } from '@wadi/runtime-protocol/block'
import type { PoolState } from '../pool/poolState.ts'
import { act } from './act.ts'
import { msOf } from './base.ts'
import { passOverLate, takeFetched, takeFetchTimeout, takeTransactions } from './collectBatch.ts'
import { takeApplied } from './commit.ts'
import type { RoundEffect } from './effect.ts'
import { reportProposals } from './equivocation.ts'
import { takeExecuted } from './execute.ts'
import type { ProposalInput, RoundInput, TimeoutInput } from './input.ts'
import { takeCommitment, takeDiscrepancy } from './observe.ts'
import { withProposal } from './proposalQueue.ts'
import { submitAgain, takeCommitFailed } from './resubmit.ts'
import type { QueuedProposal, RoundState } from './roundState.ts'
import { change, emit, type Ignored, type Run, roundOf, trace, turnTo, WAITING } from './run.ts'
import { takeNewBlock } from './startRound.ts'

/** What comes of an input. */
export interface RoundStepped {
  readonly state: RoundState
  /** In the order in which they are to be carried out. */
  readonly effects: readonly RoundEffect[]
}

/**
 * What comes of an input in a state, with the pool as it is. The given state stays as it is.
 * Effects on the pool are to be carried out before the next step.
 */
export function stepRound(state: RoundState, input: RoundInput, pool: PoolState): RoundStepped {
  const run: Run = { state: { ...state }, pool, effects: [] }
  const why = take(run, input)
  if (why !== undefined) trace(run, `ignored-${input.kind}-${why}`)
  if (input.kind !== 'new-block') act(run)
  return { state: run.state, effects: run.effects }
}

function take(run: Run, input: RoundInput): Ignored {
  const { state } = run
  switch (input.kind) {
    case 'new-block':
      return takeNewBlock(run, input)
    case 'wake':
      return undefined
    case 'round-synced':
      state.syncedRound = input.round
      return undefined
    case 'consensus-block':
      state.isEpochNext = input.isEpochNext
      submitAgain(run)
      return undefined
    case 'runtime-status':
      state.initialBatchSize = input.initialBatchSize
      return undefined
    case 'proposal':
      return takeProposal(run, input)
    case 'transactions':
      return takeTransactions(run, input)
    case 'fetched':
      return takeFetched(run, input)
    case 'executed':
      return takeExecuted(run, input)
    case 'applied':
      return takeApplied(run, input)
    case 'commit-failed':
      return takeCommitFailed(run, input)
    case 'commitment':
      return takeCommitment(run, input)
    case 'discrepancy':
      return takeDiscrepancy(run, input)
    case 'timeout':
      return takeTimeout(run, input)
    default:
      return unreachable(input, 'input')
  }
}

/** It waits for its round. Our own we know already. */
function takeProposal(run: Run, { proposal, rank, isVouched }: ProposalInput): Ignored {
  const { state } = run
  if (equalBytes(proposal.nodeId, state.config.own)) return 'own'
  if (state.base !== undefined && proposal.header.round < nextRound(state.base.header)) {
    return 'past-round'
  }
  const added = { proposal, rank, isVouched }
  const { queue, first, replaced, isOverflow } = withProposal(state.proposals, added)
  if (isOverflow) return 'queue-full'
  state.proposals = queue
  if (replaced !== undefined) beginAgain(run, replaced, added)
  if (first === undefined) return undefined
  reportProposals(run, first, proposal)
  return 'known'
}

/** The list that its scheduler has made is another one: what was done with the first is undone. */
function beginAgain(run: Run, { proposal, rank }: QueuedProposal, added: QueuedProposal): void {
  const { round } = run.state
  if (round === undefined || proposal.header.round !== round.number) return
  const isSame = equalLists(proposal.batch, added.proposal.batch)
  const { work } = round
  const isAtIt = (work.kind === 'collecting' || work.kind === 'held') && work.proposal === proposal
  if (isAtIt) turnTo(run, isSame ? { ...work, ...added } : WAITING)
  if (isSame) return
  change(run, { refused: without(round.refused, rank), passed: without(round.passed, rank) })
}

function without(ranks: ReadonlySet<bigint>, rank: bigint): ReadonlySet<bigint> {
  return new Set([...ranks].filter((one) => one !== rank))
}

function equalLists(a: readonly Hash[], b: readonly Hash[]): boolean {
  return a.length === b.length && a.every((hash, i) => equalBytes(hash, b[i]!))
}

function takeTimeout(run: Run, { round, timer }: TimeoutInput): Ignored {
  const current = run.state.round
  if (current?.number !== round) return 'other-round'
  switch (timer) {
    case 'flush':
      change(run, { isFlushed: true })
      return undefined
    case 'rank':
      takeTurn(run)
      return undefined
    case 'fetch':
      return takeFetchTimeout(run)
    case 'retry':
      change(run, { isResting: false })
      return undefined
    default:
      return unreachable(timer, 'timer')
  }
}

/** The next scheduler has its turn, too. */
function takeTurn(run: Run): void {
  const { allowance, base, number } = roundOf(run)
  change(run, { allowance: allowance + 1n })
  const afterMs = msOf(base.runtime.txnScheduler.proposeBatchTimeout)
  emit(run, { kind: 'set-timer', round: number, timer: 'rank', afterMs })
  passOverLate(run)
}
