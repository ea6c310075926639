/**
 * What we know of where a peer is and what it has. A value: what changes it makes another one.
 * What was sent counts as received; where that may be wrong, {@link forgetReceived} begins anew.
 */

import { PARTS_MAX } from '../limits.ts'
import type {
  HasVote,
  NewRoundStep,
  NewValidBlock,
  ProposalPol,
  VoteSetBits,
} from '../messages/consensus.ts'
import { RoundStep } from '../round/roundStep.ts'
import {
  type BitArray,
  differenceOf,
  noBits,
  resized,
  unionOf,
  withBit,
} from '../types/bitArray.ts'
import type { PartSetHeader } from '../types/blockId.ts'
import type { Proposal } from '../types/proposal.ts'
import type { VoteType } from '../types/vote.ts'

/** No such round. */
const NO_ROUND = -1

/** See the top of this file. Bits that are undefined are not known. */
export interface PeerRounds {
  /** Zero until it has said where it is. */
  readonly height: bigint
  readonly round: number
  readonly step: number
  readonly hasProposal: boolean
  /** The block that it collects, and what it has of it. */
  readonly partSetHeader: PartSetHeader | undefined
  readonly parts: BitArray | undefined
  /** Where two thirds prevoted for the proposed block before, and whose prevotes of then it has. */
  readonly polRound: number
  readonly pol: BitArray | undefined
  /** Of its round. */
  readonly prevotes: BitArray | undefined
  readonly precommits: BitArray | undefined
  /** Of the height before its own. */
  readonly lastCommitRound: number
  readonly lastCommit: BitArray | undefined
  /** Of its height, which for us is decided. */
  readonly catchupCommitRound: number
  readonly catchupCommit: BitArray | undefined
}

/** Nothing is known yet. */
export const UNKNOWN_ROUNDS: PeerRounds = {
  height: 0n,
  round: NO_ROUND,
  step: RoundStep.newHeight,
  hasProposal: false,
  partSetHeader: undefined,
  parts: undefined,
  polRound: NO_ROUND,
  pol: undefined,
  prevotes: undefined,
  precommits: undefined,
  lastCommitRound: NO_ROUND,
  lastCommit: undefined,
  catchupCommitRound: NO_ROUND,
  catchupCommit: undefined,
}

/** A round of a height. */
export interface VotePlace {
  readonly height: bigint
  readonly round: number
  readonly type: VoteType
}

type VoteBits = 'prevotes' | 'precommits' | 'lastCommit' | 'catchupCommit' | 'pol'

/** It says where it is. What it said before it got there is ignored. */
export function applyNewRoundStep(known: PeerRounds, said: NewRoundStep): PeerRounds {
  if (!isLater(known, said)) return known
  const { height, round, step } = said
  if (height === known.height && round === known.round) return { ...known, step }
  const isCaughtUp = height === known.height && round === known.catchupCommitRound
  const fresh = {
    ...UNKNOWN_ROUNDS,
    height,
    round,
    step,
    precommits: isCaughtUp ? known.catchupCommit : undefined,
  }
  if (height === known.height) {
    const { lastCommitRound, lastCommit, catchupCommitRound } = known
    // Of the round that it leaves precommits were noted; if it is the commit's, they are the
    // commit.
    const catchupCommit =
      known.round === catchupCommitRound ? known.precommits : known.catchupCommit
    return { ...fresh, lastCommitRound, lastCommit, catchupCommitRound, catchupCommit }
  }
  const { lastCommitRound } = said
  const isNext = known.height + 1n === height && known.round === lastCommitRound
  return { ...fresh, lastCommitRound, lastCommit: isNext ? known.precommits : undefined }
}

function isLater(known: PeerRounds, said: NewRoundStep): boolean {
  if (said.height !== known.height) return said.height > known.height
  if (said.round !== known.round) return said.round > known.round
  return said.step > known.step
}

/** It says which block it collects. */
export function applyNewValidBlock(known: PeerRounds, said: NewValidBlock): PeerRounds {
  if (said.height !== known.height) return known
  if (said.round !== known.round && !said.isCommit) return known
  return { ...known, partSetHeader: said.blockPartSetHeader, parts: said.blockParts }
}

/** It says whose prevotes it has that prove an earlier polka. */
export function applyProposalPol(known: PeerRounds, said: ProposalPol): PeerRounds {
  const isThere = said.height === known.height && said.proposalPolRound === known.polRound
  return isThere ? { ...known, pol: said.proposalPol } : known
}

/** It says that it has a vote: of its height, or a late precommit of the one before. */
export function applyHasVote(known: PeerRounds, said: HasVote): PeerRounds {
  return withVote(known, said, said.index)
}

/**
 * It says which votes for one thing it has. `ours` are those that we have for it: of other votes
 * the answer says nothing.
 */
export function applyVoteSetBits(
  known: PeerRounds,
  said: VoteSetBits,
  ours: BitArray | undefined,
): PeerRounds {
  const name = bitsNameOf(known, said)
  const before = name && known[name]
  if (name === undefined || before === undefined) return known
  // What it says beyond the validators is nothing.
  const votes = resized(said.votes, before.size)
  const after = ours === undefined ? votes : unionOf(differenceOf(before, ours), votes)
  return { ...known, [name]: after }
}

/** It has the proposal of its round. */
export function withProposal(known: PeerRounds, proposal: Proposal): PeerRounds {
  const isThere = known.height === proposal.height && known.round === proposal.round
  if (!isThere || known.hasProposal) return known
  if (known.parts !== undefined) return { ...known, hasProposal: true }
  const { polRound, blockId } = proposal
  const { partSetHeader } = blockId
  // Nobody has checked its signature: no block has so many parts.
  if (partSetHeader.total > PARTS_MAX) return known
  const parts = noBits(partSetHeader.total)
  return { ...known, hasProposal: true, partSetHeader, parts, polRound, pol: undefined }
}

/** It collects a block that for us is decided. */
export function withCatchupParts(known: PeerRounds, partSetHeader: PartSetHeader): PeerRounds {
  return { ...known, partSetHeader, parts: noBits(partSetHeader.total) }
}

/** It has a part of the block that it collects. */
export function withPart(
  known: PeerRounds,
  at: { readonly height: bigint; readonly round: number; readonly index: number },
): PeerRounds {
  const { parts } = known
  if (at.height !== known.height || at.round !== known.round || parts === undefined) return known
  return { ...known, parts: withBit(parts, at.index) }
}

/** It has a vote. */
export function withVote(known: PeerRounds, place: VotePlace, index: number): PeerRounds {
  const name = bitsNameOf(known, place)
  const before = name && known[name]
  if (name === undefined || before === undefined) return known
  const after = withBit(before, index)
  return after === before ? known : { ...known, [name]: after }
}

/** With bits for as many validators, wherever votes of a height may be noted. */
export function withVoteBits(known: PeerRounds, height: bigint, count: number): PeerRounds {
  if (height + 1n === known.height && known.lastCommit === undefined) {
    return { ...known, lastCommit: noBits(count) }
  }
  const { prevotes, precommits, catchupCommit, pol } = known
  const isMissing = !(prevotes && precommits && catchupCommit && pol)
  if (height !== known.height || !isMissing) return known
  return {
    ...known,
    prevotes: prevotes ?? noBits(count),
    precommits: precommits ?? noBits(count),
    catchupCommit: catchupCommit ?? noBits(count),
    pol: pol ?? noBits(count),
  }
}

/** It is about to hear of the commit of its height, which was in this round. */
export function withCatchupRound(
  known: PeerRounds,
  { height, round }: Omit<VotePlace, 'type'>,
  count: number,
): PeerRounds {
  if (height !== known.height || round === known.catchupCommitRound) return known
  const bits = round === known.round ? known.precommits : undefined
  return { ...known, catchupCommitRound: round, catchupCommit: bits ?? noBits(count) }
}

/** Which votes of a round it has; undefined if that is not noted. */
export function voteBitsOf(known: PeerRounds, place: VotePlace): BitArray | undefined {
  const name = bitsNameOf(known, place)
  return name && known[name]
}

/** Begins anew with what it has of its round: what was sent may have been lost. */
export function forgetReceived(known: PeerRounds): PeerRounds {
  const { height, round, step, lastCommitRound } = known
  return { ...UNKNOWN_ROUNDS, height, round, step, lastCommitRound }
}

function bitsNameOf(known: PeerRounds, { height, round, type }: VotePlace): VoteBits | undefined {
  if (height + 1n === known.height)
    return type === 'precommit' && round === known.lastCommitRound ? 'lastCommit' : undefined
  if (height !== known.height) return undefined
  if (round === known.round) return type === 'prevote' ? 'prevotes' : 'precommits'
  if (round === known.catchupCommitRound && type === 'precommit') return 'catchupCommit'
  if (round === known.polRound && type === 'prevote') return 'pol'
  return undefined
}
