/** How a round was decided: by the rules of the network, from what its nodes committed to. */

import { equalBytes } from '@wadi/base/bytes'
import { keyedMap } from '@wadi/cbor/collections'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { type Committee, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { PublicKey } from '@wadi/primitives/publicKey'
import { countVotes, type Tally } from '@wadi/runtime-protocol/commitments/countVotes'
import { isFailure, voteOf } from '@wadi/runtime-protocol/commitments/executorCommitment'
import { resolveDiscrepancy } from '@wadi/runtime-protocol/commitments/resolveDiscrepancy'
import { isByScheduler } from '@wadi/runtime-protocol/commitments/verifyCommitment'
import { memberOf } from './members.ts'
import type { Member, RoundFacts, Step } from './roundFacts.ts'

/** The scheduler whose proposal was decided about, and the votes of those who decided. */
export interface Ballot {
  readonly proposer: Member
  readonly proposal: ExecutorCommitment
  readonly role: 'worker' | 'backup-worker'
  readonly tally: Tally
  /** Of those who decided. */
  readonly agreeing: number
}

/** What came of a round, and why. */
export type RoundVerdict =
  | { readonly kind: 'open'; readonly isServed: boolean; readonly ballot: Ballot | undefined }
  | { readonly kind: 'epoch' | 'suspended' | 'finalized'; readonly ballot: Ballot | undefined }
  | {
      readonly kind: 'failed'
      readonly why: 'no-proposal' | 'insufficientVotes' | 'badSchedulerCommitment' | 'messages'
      readonly ballot: Ballot | undefined
    }

/** Commitments that the network took, in their order. */
export function takenCommitments(steps: readonly Step[]): readonly ExecutorCommitment[] {
  return steps.flatMap((step) =>
    step.kind === 'commitment' && step.refusal === undefined ? [step.commitment] : [],
  )
}

/** The proposal that counts: that of the disputed rank, or of the best one that proposed. */
function proposalOf({ steps, members }: RoundFacts) {
  const dispute = steps.find(({ kind }) => kind === 'discrepancy')
  const disputed = dispute?.kind === 'discrepancy' ? dispute.discrepancy.rank : undefined
  const proposed = takenCommitments(steps)
    .filter(isByScheduler)
    .flatMap((proposal) => {
      const proposer = memberOf(members, proposal.nodeId)
      return proposer?.rank === undefined ? [] : [{ proposal, proposer, rank: proposer.rank }]
    })
  if (disputed !== undefined) return proposed.find(({ rank }) => rank === disputed)
  return proposed.toSorted((a, b) => (a.rank < b.rank ? -1 : 1))[0]
}

function ballotOf(facts: RoundFacts, committee: Committee): Ballot | undefined {
  const found = proposalOf(facts)
  if (found === undefined) return undefined
  const { proposal, proposer } = found
  const { schedulerId } = proposal.header
  const scheduled = takenCommitments(facts.steps).filter(({ header }) =>
    equalBytes(header.schedulerId, schedulerId),
  )
  const votes = keyedMap(
    PublicKey,
    scheduled.map((each) => [each.nodeId, isFailure(each) ? undefined : voteOf(each)] as const),
  )
  const isDisputed = facts.steps.some(({ kind }) => kind === 'discrepancy')
  const role = isDisputed ? 'backup-worker' : 'worker'
  const tally = countVotes(committee, CommitteeRole.names[role], { commitment: proposal, votes })
  const wanted = voteOf(proposal)
  const agreeing = tally.counts.find(({ vote }) => equalBytes(vote, wanted))?.count ?? 0
  return { proposer, proposal, role, tally, agreeing }
}

function failureOf(ballot: Ballot | undefined): RoundVerdict {
  if (ballot === undefined) return { kind: 'failed', why: 'no-proposal', ballot }
  if (ballot.role === 'worker') return { kind: 'failed', why: 'messages', ballot }
  const schedulerVote = voteOf(ballot.proposal)
  const resolution = resolveDiscrepancy({ tally: ballot.tally, schedulerVote, isTimeout: true })
  // Whoever is confirmed and fails all the same has dealt with messages that nobody sent.
  const why = resolution.kind === 'failed' ? resolution.why : 'messages'
  return { kind: 'failed', why, ballot }
}

/** See the top of this file. */
export function judgeRound(facts: RoundFacts): RoundVerdict {
  const { committee } = facts.state
  const ballot = committee && ballotOf(facts, committee)
  switch (facts.end?.state.lastBlock?.header.headerType) {
    case undefined:
      return { kind: 'open', isServed: committee !== undefined, ballot }
    case HEADER_TYPES.epochTransition:
      return { kind: 'epoch', ballot }
    case HEADER_TYPES.suspended:
      return { kind: 'suspended', ballot }
    case HEADER_TYPES.roundFailed:
      return failureOf(ballot)
    default:
      return { kind: 'finalized', ballot }
  }
}
