/**
 * The votes of all rounds of a height: of rounds up to the tracked one, and of a few later ones in
 * which peers told us of votes. Rounds without votes occupy nothing.
 */

import { assert } from '@wadi/base/errors'
import type { ValidatorSet } from '../types/validatorSet.ts'
import type { Vote } from '../types/vote.ts'
import {
  CATCHUP_FAR_ROUNDS_MAX,
  CATCHUP_NEAR_ROUNDS_MAX,
  CATCHUP_ROUNDS_PER_PEER_MAX,
} from './limits.ts'
import type { BlockIdOrNil, ClaimOutcome, Majority, VoteOutcome, VoteSet } from './voteSet.ts'
import { addVote, claimMajority, emptyVoteSet, withoutClaimsOf } from './voteSet.ts'

interface RoundVotes {
  readonly round: number
  readonly prevote: VoteSet
  readonly precommit: VoteSet
}

/** The rounds beyond the tracked one that a peer opened. */
interface CatchupRounds {
  readonly peer: string
  readonly rounds: readonly number[]
}

export interface HeightVotes {
  readonly height: bigint
  readonly validators: ValidatorSet
  /** Votes of rounds up to this one are taken from everybody. */
  readonly trackedRound: number
  /** Rounds with votes or claims, in order. */
  readonly rounds: readonly RoundVotes[]
  readonly catchup: readonly CatchupRounds[]
}

/** No votes; round 0 is tracked. */
export function emptyHeightVotes(height: bigint, validators: ValidatorSet): HeightVotes {
  return { height, validators, trackedRound: 0, rounds: [], catchup: [] }
}

/** Takes votes of rounds up to `round` from everybody. */
export function trackRound(votes: HeightVotes, round: number): HeightVotes {
  assert(round >= votes.trackedRound, 'rounds are tracked in order')
  return round === votes.trackedRound ? votes : { ...votes, trackedRound: round }
}

/** The votes of a type in a round; undefined if that round's are not collected. */
export function voteSetAt(
  votes: HeightVotes,
  round: number,
  type: Vote['type'],
): VoteSet | undefined {
  const found = findRound(votes, round)
  if (found !== undefined) return found[type]
  return isTracked(votes, round) ? emptySet(votes, round, type) : undefined
}

/** The votes of a type in a round; undefined if there are none of either type. */
export function collectedVotes(
  votes: HeightVotes,
  round: number,
  type: Vote['type'],
): VoteSet | undefined {
  return findRound(votes, round)?.[type]
}

/** What more than two thirds voted for in a round. */
export function majorityAt(
  votes: HeightVotes,
  round: number,
  type: Vote['type'],
): Majority | undefined {
  return findRound(votes, round)?.[type].majority
}

/** Adds a vote whose signature was checked. `sender` is undefined for our own. */
export function addHeightVote(
  votes: HeightVotes,
  vote: Vote,
  sender: string | undefined,
): VoteOutcome & { readonly votes: HeightVotes } {
  const opened = openRound(votes, vote.round, sender)
  if (opened === undefined) return { kind: 'refused', why: 'unwanted-round', votes }
  const sets = findRound(opened, vote.round) ?? emptySets(opened, vote.round)
  const outcome = addVote(sets[vote.type], vote)
  if (outcome.kind !== 'added' && outcome.kind !== 'conflicting')
    return { ...outcome, votes: opened }
  return { ...outcome, votes: withSet(opened, sets, outcome.set) }
}

/** Notes a peer's claim of a majority in a round. Claims about rounds not collected are dropped. */
export function claimHeightMajority(
  votes: HeightVotes,
  claim: {
    readonly round: number
    readonly type: Vote['type']
    readonly peer: string
    readonly blockId: BlockIdOrNil
  },
): { readonly kind: ClaimOutcome['kind'] | 'unknown-round'; readonly votes: HeightVotes } {
  const { round, type, peer, blockId } = claim
  const known = findRound(votes, round)
  if (known === undefined && !isTracked(votes, round)) return { kind: 'unknown-round', votes }
  const sets = known ?? emptySets(votes, round)
  const outcome = claimMajority(sets[type], peer, blockId)
  if (outcome.kind !== 'noted') return { kind: outcome.kind, votes }
  return { kind: 'noted', votes: withSet(votes, sets, outcome.set) }
}

/**
 * Makes room for others: what a peer claimed and opened no longer counts against the bounds. Of a
 * peer that has neither the votes are the same value.
 */
export function withoutPeer(votes: HeightVotes, peer: string): HeightVotes {
  const rounds = votes.rounds.map((sets) => {
    const prevote = withoutClaimsOf(sets.prevote, peer)
    const precommit = withoutClaimsOf(sets.precommit, peer)
    const isSame = prevote === sets.prevote && precommit === sets.precommit
    return isSame ? sets : { ...sets, prevote, precommit }
  })
  const catchup = votes.catchup.filter((entry) => entry.peer !== peer)
  const isSame =
    catchup.length === votes.catchup.length && rounds.every((sets, i) => sets === votes.rounds[i])
  return isSame ? votes : { ...votes, rounds, catchup }
}

function isTracked({ trackedRound }: HeightVotes, round: number): boolean {
  return round >= 0 && round <= trackedRound
}

/** Most votes are for the latest rounds: those are looked at first. */
function findRound({ rounds }: HeightVotes, round: number): RoundVotes | undefined {
  for (let i = rounds.length - 1; i >= 0; i--) {
    const sets = rounds[i]!
    if (sets.round === round) return sets
    if (sets.round < round) return undefined
  }
  return undefined
}

function emptySets(votes: HeightVotes, round: number): RoundVotes {
  return {
    round,
    prevote: emptySet(votes, round, 'prevote'),
    precommit: emptySet(votes, round, 'precommit'),
  }
}

function emptySet({ height, validators }: HeightVotes, round: number, type: Vote['type']): VoteSet {
  return emptyVoteSet({ height, round, type, validators })
}

/** With a place for the votes of a round; undefined if the sender may not open one. */
function openRound(
  votes: HeightVotes,
  round: number,
  sender: string | undefined,
): HeightVotes | undefined {
  if (isTracked(votes, round) || findRound(votes, round) !== undefined) return votes
  // Our own votes are for rounds that we are in.
  if (sender === undefined) return undefined
  if (!hasPlace(votes, round)) return undefined
  const before = votes.catchup.find(({ peer }) => peer === sender)
  if (before === undefined) {
    return { ...votes, catchup: [...votes.catchup, { peer: sender, rounds: [round] }] }
  }
  if (before.rounds.length >= CATCHUP_ROUNDS_PER_PEER_MAX) return undefined
  const after = { peer: sender, rounds: [...before.rounds, round] }
  return { ...votes, catchup: votes.catchup.map((entry) => (entry === before ? after : entry)) }
}

/**
 * Is there a place for a round that is not tracked? One key and ever new identities open as many as
 * there are places, so a near round shares its place with no other. What was let in stays: with a
 * rule by which one round gives way to another, the log would grow with each that does, and peers
 * that were told of its votes would not send them again.
 */
function hasPlace({ rounds, trackedRound }: HeightVotes, round: number): boolean {
  const lastNear = trackedRound + CATCHUP_NEAR_ROUNDS_MAX
  if (round <= lastNear) return round > trackedRound
  return rounds.filter((sets) => sets.round > lastNear).length < CATCHUP_FAR_ROUNDS_MAX
}

function withSet(votes: HeightVotes, sets: RoundVotes, set: VoteSet): HeightVotes {
  const after = { ...sets, [set.type]: set }
  const rounds = votes.rounds.slice()
  let at = rounds.length
  while (at > 0 && rounds[at - 1]!.round > after.round) at--
  if (at > 0 && rounds[at - 1]!.round === after.round) rounds[at - 1] = after
  else rounds.splice(at, 0, after)
  return { ...votes, rounds }
}
