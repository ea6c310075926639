import { compareMoments, type Moment } from '@wadi/primitives/moment'
import { voteSetAt } from '@wadi/tendermint/round/heightVotes'
import type { RoundState } from '@wadi/tendermint/round/roundState'

/** How long after its proposal a round had its prevotes, by what they say of the time. */
export interface PrevoteDelays {
  readonly proposer: Uint8Array | undefined
  /** Of the prevote with which more than two thirds had voted. */
  readonly quorum: number | undefined
  /** Of the last one, if everybody has voted. */
  readonly full: number | undefined
}

const NOTHING: PrevoteDelays = { proposer: undefined, quorum: undefined, full: undefined }

/** The delays of the round that a state is in; nothing without a proposal. */
export function prevoteDelays({ proposal, votes, round, validators }: RoundState): PrevoteDelays {
  const set = voteSetAt(votes, round, 'prevote')
  if (proposal === undefined || set === undefined) return NOTHING
  const cast = set.votes.filter((vote) => vote !== undefined)
  const inTime = cast.toSorted((a, b) => compareMoments(a.timestamp, b.timestamp))
  let sum = 0n
  const decisive = inTime.find(({ validatorIndex }) => {
    sum += validators.validators[validatorIndex]?.votingPower ?? 0n
    return sum >= set.quorum
  })
  const last = cast.length === set.votes.length ? inTime.at(-1) : undefined
  const delay = (at: Moment | undefined) => at && secondsBetween(proposal.timestamp, at)
  return {
    proposer: validators.proposer?.address,
    quorum: delay(decisive?.timestamp),
    full: delay(last?.timestamp),
  }
}

const NANOSECONDS_PER_SECOND = 1_000_000_000

/** Negative if the end is first. */
export function secondsBetween(start: Moment, end: Moment): number {
  const nanoseconds = end.nanoseconds - start.nanoseconds
  return Number(end.seconds - start.seconds) + nanoseconds / NANOSECONDS_PER_SECOND
}
