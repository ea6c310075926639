/**
 * The votes of one type in one round, and what they amount to. A value: adding makes another.
 *
 * A validator has one canonical vote: the first that came, or the one for what two thirds voted
 * for. A second, conflicting vote is evidence; it counts only towards a block of which a peer
 * claims that two thirds voted for it, so that who votes twice cannot hide a majority from us, and
 * so that what conflicting votes occupy is bounded by peers.
 */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { BitArray } from '../types/bitArray.ts'
import { noBits, withBit } from '../types/bitArray.ts'
import { type BlockId, equalBlockIds } from '../types/blockId.ts'
import type { Commit, CommitSig } from '../types/commit.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'
import type { Vote } from '../types/vote.ts'
import { CLAIMS_MAX } from './limits.ts'
import { quorumOf } from './quorum.ts'

/** What somebody votes for: a block, or nothing. */
export type BlockIdOrNil = BlockId | undefined

/** The votes for one thing. */
export interface BlockVotes {
  readonly blockId: BlockIdOrNil
  /** A peer claims a majority: conflicting votes count, too. */
  readonly isClaimed: boolean
  readonly votes: readonly (Vote | undefined)[]
  readonly bits: BitArray
  readonly sum: bigint
}

/** What more than two thirds voted for. */
export interface Majority {
  readonly blockId: BlockIdOrNil
}

interface Claim {
  readonly peer: string
  readonly blockId: BlockIdOrNil
}

export interface VoteSet {
  readonly height: bigint
  readonly round: number
  readonly type: Vote['type']
  readonly validators: ValidatorSet
  /** The least power that is more than two thirds. */
  readonly quorum: bigint
  /** The canonical vote of each validator. */
  readonly votes: readonly (Vote | undefined)[]
  readonly bits: BitArray
  /** The power of those who voted, whatever for. */
  readonly sum: bigint
  /** The first that more than two thirds voted for. */
  readonly majority: Majority | undefined
  readonly byBlock: readonly BlockVotes[]
  readonly claims: readonly Claim[]
}

/** What a set is of. */
export type VoteSetPlace = Pick<VoteSet, 'height' | 'round' | 'type' | 'validators'>

/** What became of a vote; `voteA` is the one that it contradicts. */
export type VoteOutcome =
  | { readonly kind: 'added'; readonly set: VoteSet; readonly voteA?: Vote }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflicting'; readonly set: VoteSet; readonly voteA: Vote }
  | { readonly kind: 'refused'; readonly why: VoteRefusal }

export type VoteRefusal =
  | 'other-step'
  | 'no-such-validator'
  | 'other-address'
  | 'other-signature'
  | 'unwanted-round'

/** A set without votes. */
export function emptyVoteSet({ height, round, type, validators }: VoteSetPlace): VoteSet {
  const size = validators.validators.length
  return {
    height,
    round,
    type,
    validators,
    quorum: quorumOf(validators.totalVotingPower),
    votes: new Array<Vote | undefined>(size).fill(undefined),
    bits: noBits(size),
    sum: 0n,
    majority: undefined,
    byBlock: [],
    claims: [],
  }
}

/** The votes for a thing; undefined if nobody voted for it or claims that many did. */
export function votesFor(set: VoteSet, blockId: BlockIdOrNil): BlockVotes | undefined {
  return set.byBlock.find((votes) => equalBlockIds(votes.blockId, blockId))
}

/** Did more than two thirds vote, whatever for? */
export function hasTwoThirdsAny(set: VoteSet): boolean {
  return set.sum >= set.quorum
}

/** Did all vote? */
export function hasAllVotes(set: VoteSet): boolean {
  return set.sum === set.validators.totalVotingPower
}

/** What forbids a vote's place in this set before its signature is looked at. */
export function refuseVote(set: VoteSet, vote: Vote): VoteRefusal | undefined {
  if (vote.height !== set.height || vote.round !== set.round || vote.type !== set.type) {
    return 'other-step'
  }
  const validator = set.validators.validators[vote.validatorIndex]
  if (validator === undefined) return 'no-such-validator'
  return equalBytes(validator.address, vote.validatorAddress) ? undefined : 'other-address'
}

/** The vote for the same thing that is here already. */
export function knownVote(set: VoteSet, vote: Vote): Vote | undefined {
  const canonical = set.votes[vote.validatorIndex]
  if (canonical !== undefined && equalBlockIds(canonical.blockId, vote.blockId)) return canonical
  return votesFor(set, vote.blockId)?.votes[vote.validatorIndex]
}

/** Adds a vote whose signature was checked. */
export function addVote(set: VoteSet, vote: Vote): VoteOutcome {
  const why = refuseVote(set, vote)
  if (why !== undefined) return { kind: 'refused', why }
  const known = knownVote(set, vote)
  if (known !== undefined) {
    return equalBytes(known.signature, vote.signature)
      ? { kind: 'duplicate' }
      : { kind: 'refused', why: 'other-signature' }
  }
  const voteA = set.votes[vote.validatorIndex]
  const place = set.byBlock.findIndex((votes) => equalBlockIds(votes.blockId, vote.blockId))
  const blockVotes = place === -1 ? undefined : set.byBlock[place]
  if (voteA === undefined) return { kind: 'added', set: withVote(set, vote, { place }) }
  if (blockVotes?.isClaimed === true) {
    return { kind: 'added', set: withVote(set, vote, { place, voteA }), voteA }
  }
  return {
    kind: 'conflicting',
    set: isOfMajority(set, vote) ? withCanonical(set, vote) : set,
    voteA,
  }
}

function isOfMajority({ majority }: VoteSet, vote: Vote): boolean {
  return majority !== undefined && equalBlockIds(majority.blockId, vote.blockId)
}

/**
 * COMPAT(cometbft): a conflicting vote for the majority becomes the canonical one although it is
 * not counted; so it goes into the commit.
 */
function withCanonical(set: VoteSet, vote: Vote): VoteSet {
  return { ...set, votes: set.votes.with(vote.validatorIndex, vote) }
}

function withVote(
  set: VoteSet,
  vote: Vote,
  { place, voteA }: { readonly place: number; readonly voteA?: Vote },
): VoteSet {
  const index = vote.validatorIndex
  const power = set.validators.validators[index]!.votingPower
  const before = set.byBlock[place] ?? emptyBlockVotes(set, vote.blockId, 'voted')
  const after: BlockVotes = {
    ...before,
    votes: before.votes.with(index, vote),
    bits: withBit(before.bits, index),
    sum: before.sum + power,
  }
  const byBlock = place === -1 ? [...set.byBlock, after] : set.byBlock.with(place, after)
  const isFirst = voteA === undefined
  const votes = isFirst || isOfMajority(set, vote) ? set.votes.with(index, vote) : set.votes
  const counted: VoteSet = {
    ...set,
    votes,
    bits: withBit(set.bits, index),
    sum: isFirst ? set.sum + power : set.sum,
    byBlock,
  }
  const isReached = set.majority === undefined && after.sum >= set.quorum
  return isReached ? withMajority(counted, after) : counted
}

/** The votes of the majority become the canonical ones. */
function withMajority(set: VoteSet, blockVotes: BlockVotes): VoteSet {
  return {
    ...set,
    majority: { blockId: blockVotes.blockId },
    votes: set.votes.map((vote, i) => blockVotes.votes[i] ?? vote),
  }
}

function emptyBlockVotes(
  { votes }: VoteSet,
  blockId: BlockIdOrNil,
  because: 'voted' | 'claimed',
): BlockVotes {
  return {
    blockId,
    isClaimed: because === 'claimed',
    votes: new Array<Vote | undefined>(votes.length).fill(undefined),
    bits: noBits(votes.length),
    sum: 0n,
  }
}

/** What became of a peer's claim. */
export type ClaimOutcome =
  | { readonly kind: 'noted'; readonly set: VoteSet }
  /** The peer claims two things: a set has one majority. */
  | { readonly kind: 'contradicts-itself' }
  /** There is no room for more claims. */
  | { readonly kind: 'full' }

/** Notes that a peer claims a majority. From then on conflicting votes for it count. */
export function claimMajority(set: VoteSet, peer: string, blockId: BlockIdOrNil): ClaimOutcome {
  const earlier = set.claims.find((claim) => claim.peer === peer)
  if (earlier !== undefined) {
    const isSame = equalBlockIds(earlier.blockId, blockId)
    return isSame ? { kind: 'noted', set } : { kind: 'contradicts-itself' }
  }
  const place = set.byBlock.findIndex((votes) => equalBlockIds(votes.blockId, blockId))
  const isFull = set.claims.length >= CLAIMS_MAX
  if (isFull || (place === -1 && set.byBlock.length >= set.votes.length + CLAIMS_MAX)) {
    return { kind: 'full' }
  }
  const claims = [...set.claims, { peer, blockId }]
  const before = set.byBlock[place]
  const byBlock =
    before === undefined
      ? [...set.byBlock, emptyBlockVotes(set, blockId, 'claimed')]
      : set.byBlock.with(place, { ...before, isClaimed: true })
  return { kind: 'noted', set: { ...set, claims, byBlock } }
}

/** Makes room for the claims of others. The votes that its claim let in stay. */
export function withoutClaimsOf(set: VoteSet, peer: string): VoteSet {
  const claims = set.claims.filter((claim) => claim.peer !== peer)
  return claims.length === set.claims.length ? set : { ...set, claims }
}

/** The commit that precommits amount to: who voted for another block counts as absent. */
export function commitOf({ type, height, round, majority, votes }: VoteSet): Commit {
  assert(type === 'precommit', 'a commit is made of precommits')
  const blockId = majority?.blockId
  assert(blockId !== undefined, 'a commit needs more than two thirds for a block')
  const signatures = votes.map((vote): CommitSig => {
    if (vote === undefined) return { flag: 'absent' }
    if (vote.blockId !== undefined && !equalBlockIds(vote.blockId, blockId))
      return { flag: 'absent' }
    const { validatorAddress, timestamp, signature } = vote
    const flag = vote.blockId === undefined ? 'nil' : 'commit'
    return { flag, validatorAddress, timestamp, signature }
  })
  return { height, round, blockId, signatures }
}

/** The precommits of a commit that was verified when it was stored. */
export function voteSetOfCommit(commit: Commit, validators: ValidatorSet): VoteSet {
  const { height, round, blockId } = commit
  let set = emptyVoteSet({ height, round, type: 'precommit', validators })
  for (const [validatorIndex, signature] of commit.signatures.entries()) {
    if (signature.flag === 'absent') continue
    const outcome = addVote(set, {
      type: 'precommit',
      height,
      round,
      blockId: signature.flag === 'nil' ? undefined : blockId,
      timestamp: signature.timestamp,
      validatorAddress: signature.validatorAddress,
      validatorIndex,
      signature: signature.signature,
    })
    assert(outcome.kind === 'added', 'a stored commit is of its validators')
    set = outcome.set
  }
  return set
}
