/** From results to a commitment: stored first, then signed. */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { ExecutorCommitmentHeader } from '@wadi/consensus/roothash/commitments'
import { EMPTY_HASH, type Hash, hashOf } from '@wadi/primitives/hash'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import type { UnsignedCommitment } from './effect.ts'
import type { AppliedInput } from './input.ts'
import { makeCommitment, makeFailure } from './makeCommitment.ts'
import { isPointless, watchCommitment } from './resubmit.ts'
import type { ExecutingWork, QueuedProposal } from './roundState.ts'
import {
  change,
  emit,
  type Ignored,
  nextId,
  type Run,
  roundOf,
  trace,
  turnTo,
  WAITING,
} from './run.ts'

/** What came out of whose proposal. */
export interface Result {
  readonly response: ExecuteTxBatchResponse
  readonly schedulerId: PublicKey
  readonly batch: { readonly hash: Hash; readonly txHashes: readonly Hash[] }
}

/** Has both trees stored: nobody may commit to what it could lose. */
export function applyResult(
  run: Run,
  { rank }: ExecutingWork,
  { response, schedulerId, batch: { txHashes } }: Result,
): void {
  const { base } = roundOf(run)
  const { batch: computed, txInputWriteLog } = response
  const { ioRoot, stateRoot } = computed.header
  assert(ioRoot !== undefined && stateRoot !== undefined, 'round: the result was checked')
  const id = nextId(run)
  turnTo(run, { kind: 'applying', id, rank, schedulerId, computed, txHashes })
  emit(run, {
    kind: 'apply',
    id,
    base,
    ioWriteLog: [...txInputWriteLog, ...computed.ioWriteLog],
    ioRoot,
    stateWriteLog: computed.stateWriteLog,
    stateRoot,
  })
}

/** The results are durable, or cannot be: then others are told that we have none. */
export function takeApplied(run: Run, { id, outcome }: AppliedInput): Ignored {
  const work = run.state.round?.work
  if (work?.kind !== 'applying' || work.id !== id) return 'not-waited-for'
  const { rank, schedulerId, computed, txHashes } = work
  const { own } = run.state.config
  if (outcome === 'failed') {
    const { base } = roundOf(run)
    trace(run, 'storage-failed', rank)
    // Nobody may fail at its own proposal; the reference submits it, and it is refused.
    if (equalBytes(schedulerId, own)) markCommitted(run, rank, EMPTY_HASH)
    else commit(run, rank, makeFailure(base, schedulerId))
  } else if (isPointless(run)) {
    markCommitted(run, rank, EMPTY_HASH)
    trace(run, 'not-committed', rank)
  } else {
    const { ioRoot } = computed.header
    assert(ioRoot !== undefined, 'round: the result was checked')
    commit(run, rank, makeCommitment(own, schedulerId, computed))
    change(run, { committed: { ioRoot, txHashes } })
  }
  turnTo(run, WAITING)
  return undefined
}

/** There will be no result, and it is the scheduler's fault. */
export function commitFailure(run: Run, { proposal, rank }: QueuedProposal): void {
  commit(run, rank, makeFailure(roundOf(run).base, proposal.nodeId))
  turnTo(run, WAITING)
}

/** Has a commitment signed; to one proposal there is one, however often we crash. */
function commit(run: Run, rank: bigint, commitment: UnsignedCommitment): void {
  const { signed, unsure } = roundOf(run)
  const vote = hashOf(ExecutorCommitmentHeader, commitment.header)
  const before = signed.ranks.indexOf(rank)
  if (before < 0) markCommitted(run, rank, vote)
  else {
    const known = signed.votes?.[before]
    const rest = new Set(unsure)
    rest.delete(rank)
    change(run, { unsure: rest })
    if (known === undefined || !equalBytes(known, vote)) {
      trace(run, 'signed-otherwise-before', rank)
      return
    }
  }
  emit(run, { kind: 'remember', record: roundOf(run).signed })
  emit(run, { kind: 'commit', commitment })
  watchCommitment(run, commitment)
  trace(run, 'committed', rank)
}

function markCommitted(run: Run, rank: bigint, vote: Hash): void {
  const { signed } = roundOf(run)
  const votes = [...(signed.votes ?? []), vote]
  change(run, { signed: { ...signed, ranks: [...signed.ranks, rank], votes } })
}
