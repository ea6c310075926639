/** A block is final: what it meant for the last round, and what our part in the next one is. */

import { equalBytes } from '@wadi/base/bytes'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { hashOfHeader, nextRound } from '@wadi/runtime-protocol/block'
import { FRESH_POOL, RANK_NONE } from '@wadi/runtime-protocol/commitments/addCommitment'
import {
  isBackupWorker,
  isMember,
  isSameCommittee,
  isWorker,
  schedulerRank,
} from '@wadi/runtime-protocol/committee'
import { msOf, type RoundBase } from './base.ts'
import type { NewBlockInput, SignedRecord } from './input.ts'
import { pruned } from './proposalQueue.ts'
import type { QueuedProposal, Round } from './roundState.ts'
import { emit, type Ignored, type Run, trace, WAITING } from './run.ts'

/** The round before is over, whatever became of it: its work is dropped. */
export function takeNewBlock(run: Run, { base }: NewBlockInput): Ignored {
  const { state } = run
  finishRound(run, base)
  const number = nextRound(base.header)
  state.proposals = proposalsFor(run, base)
  state.base = base
  state.round = roundUpon(run, base)
  if (state.round === undefined) return 'no-member'
  const { batchFlushTimeout, proposeBatchTimeout } = base.runtime.txnScheduler
  const place = { kind: 'set-timer', round: number } as const
  emit(run, { ...place, timer: 'flush', afterMs: msOf(batchFlushTimeout) })
  emit(run, { ...place, timer: 'rank', afterMs: msOf(proposeBatchTimeout) })
  trace(run, 'started', state.round.ownRank)
  return undefined
}

/**
 * What waits for this round and later ones. The ranks are those of the committee: of another one
 * nothing counts, or a node of the last epoch could take the places of the next one's schedulers.
 */
function proposalsFor({ state }: Run, base: RoundBase): readonly QueuedProposal[] {
  if (!isSameCommittee(state.base?.committee, base.committee)) return []
  return pruned(state.proposals, nextRound(base.header))
}

/** Transactions of a batch that became part of the chain are used. */
function finishRound(run: Run, { header }: RoundBase): void {
  const committed = run.state.round?.committed
  if (committed !== undefined && header.headerType === HEADER_TYPES.normal) {
    const isOurs = equalBytes(header.ioRoot, committed.ioRoot)
    if (isOurs) {
      emit(run, { kind: 'pool', input: { kind: 'use', hashes: committed.txHashes } })
    }
    trace(run, isOurs ? 'finalized' : 'other-batch-finalized')
  }
  emit(run, { kind: 'pool', input: { kind: 'clear-proposed' } })
}

function roundUpon({ state }: Run, base: RoundBase): Round | undefined {
  const { committee, header } = base
  const { own } = state.config
  if (committee === undefined || !isMember(committee, own)) return undefined
  const number = nextRound(header)
  const signed = signedIn(number, state.signedBefore)
  return {
    base,
    committee,
    previousHash: hashOfHeader(header),
    number,
    role: { isWorker: isWorker(committee, own), isBackupWorker: isBackupWorker(committee, own) },
    ownRank: schedulerRank(committee, number, own) ?? RANK_NONE,
    poolRank: RANK_NONE,
    allowance: 0n,
    isFlushed: false,
    isResting: false,
    discrepancy: undefined,
    pool: FRESH_POOL,
    signed,
    unsure: new Set(signed.votes?.length === signed.ranks.length ? signed.ranks : []),
    unseen: new Map(),
    refused: new Set(),
    passed: new Set(),
    failures: new Map(),
    retreat: undefined,
    work: WAITING,
    committed: undefined,
    witnessed: new Map(),
  }
}

/** What was signed in this round before a crash still stands. */
function signedIn(round: bigint, before: SignedRecord | undefined): SignedRecord {
  if (before?.round === round) return before
  return { round, batchHash: undefined, ranks: [], batch: [], votes: [] }
}
