/**
 * A round as the chain has written it down, and who voted for what in it: counted from what was
 * accepted, by the tables of the protocol and not by its code.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import type { RoundResults, RuntimeState } from '@wadi/consensus/roothash'
import { HEADER_TYPES, type Header } from '@wadi/consensus/roothash/block'
import {
  ComputeResultsHeader,
  type ExecutorCommitment,
  FAILURES,
} from '@wadi/consensus/roothash/commitments'
import { type CommitteeNode, CommitteeRole } from '@wadi/consensus/scheduler/committee'

const { worker: WORKER, 'backup-worker': BACKUP } = CommitteeRole.names

/** A round that is over. */
export interface WrittenRound {
  readonly header: Header
  /** Where the ParaTime stood while the round went on, and where it stands. */
  readonly before: RuntimeState
  readonly after: RuntimeState
  /** Of the last normal round, which it may be. */
  readonly results: RoundResults
  /** What the chain has accepted, in its order. */
  readonly commits: readonly ExecutorCommitment[]
  /** Ranks for which the workers were found to disagree. */
  readonly discrepancies: readonly bigint[]
}

/** What a node says of a proposal; undefined is a failure. */
export type Vote = string | undefined

/** Votes for a scheduler's proposal, by node. */
export interface Ballot {
  readonly scheduler: string
  readonly votes: ReadonlyMap<string, Vote>
  /** What the scheduler itself says. */
  readonly own: Vote
}

/** Who was to take part in the round, in the order of the committee. */
export function membersOf({ committee }: RuntimeState): readonly CommitteeNode[] {
  return (committee?.members ?? []).flatMap((member) => member ?? [])
}

/** The keys of those who execute, or who stand by. */
export function keysOf(state: RuntimeState, role: 'worker' | 'backup-worker'): readonly string[] {
  const wanted = role === 'worker' ? WORKER : BACKUP
  return membersOf(state).flatMap((one) => (one.role === wanted ? [toHex(one.publicKey)] : []))
}

/** What a commitment says. */
export function voteOf({ header: { failure, header } }: ExecutorCommitment): Vote {
  return failure === FAILURES.none ? toHex(encode(ComputeResultsHeader, header)) : undefined
}

function ballotsOf(commits: readonly ExecutorCommitment[]): readonly Ballot[] {
  const byScheduler = new Map<string, Map<string, Vote>>()
  for (const commit of commits) {
    const scheduler = toHex(commit.header.schedulerId)
    const votes = byScheduler.get(scheduler) ?? new Map<string, Vote>()
    byScheduler.set(scheduler, votes)
    votes.set(toHex(commit.nodeId), voteOf(commit))
  }
  return [...byScheduler].map(([scheduler, votes]) => {
    return { scheduler, votes, own: votes.get(scheduler) }
  })
}

/** Whose turn it is to propose in the round: 0 is the primary scheduler's. */
export function rankOf({ before, header }: WrittenRound, scheduler: string): bigint | undefined {
  const workers = keysOf(before, 'worker')
  const index = workers.indexOf(scheduler)
  return index < 0 ? undefined : (header.round + BigInt(index)) % BigInt(workers.length)
}

/** The proposal that counts: of those whose schedulers have committed the one of the best rank. */
export function decidedOf(round: WrittenRound): Ballot | undefined {
  const ballots = ballotsOf(round.commits).flatMap((ballot) => {
    const rank = rankOf(round, ballot.scheduler)
    return ballot.own === undefined || rank === undefined ? [] : [{ ballot, rank }]
  })
  const disputed = round.discrepancies.at(-1)
  if (disputed !== undefined) return ballots.find(({ rank }) => rank === disputed)?.ballot
  return ballots.toSorted((a, b) => Number(a.rank - b.rank))[0]?.ballot
}

/** The proposal that counts, if it is what has become final. */
export function winnerOf(round: WrittenRound): Ballot | undefined {
  const { header, commits } = round
  const winner = decidedOf(round)
  const said = commits.find(
    ({ nodeId, header: { schedulerId } }) =>
      toHex(nodeId) === winner?.scheduler && equalBytes(nodeId, schedulerId),
  )?.header.header
  const isFinal =
    said?.stateRoot !== undefined &&
    said.ioRoot !== undefined &&
    equalBytes(said.stateRoot, header.stateRoot) &&
    equalBytes(said.ioRoot, header.ioRoot)
  return isFinal ? winner : undefined
}

/** How a round ended, and for what reason if it failed. */
export type Ending =
  | 'finalized'
  | 'noSchedulerCommitment'
  | 'insufficientVotes'
  | 'badSchedulerCommitment'
  /** Nobody had a say: an epoch began, or the ParaTime was suspended. */
  | 'interrupted'

/** More than half of them. */
export function majorityOf(backupWorkers: number): number {
  return Math.floor(backupWorkers / 2) + 1
}

/** What the votes say of how the round had to end; the chain's own word is its header. */
export function endingOf(round: WrittenRound): Ending {
  const { headerType } = round.header
  if (headerType === HEADER_TYPES.normal) return 'finalized'
  if (headerType !== HEADER_TYPES.roundFailed) return 'interrupted'
  const decided = decidedOf(round)
  if (decided === undefined) return 'noSchedulerCommitment'
  const counts = new Map<string, number>()
  const backups = keysOf(round.before, 'backup-worker')
  for (const vote of backups.flatMap((key) => decided.votes.get(key) ?? []))
    counts.set(vote, (counts.get(vote) ?? 0) + 1)
  const best = [...counts].toSorted(([, a], [, b]) => b - a)[0]
  if (best === undefined || best[1] < majorityOf(backups.length)) return 'insufficientVotes'
  return best[0] === decided.own ? 'finalized' : 'badSchedulerCommitment'
}
