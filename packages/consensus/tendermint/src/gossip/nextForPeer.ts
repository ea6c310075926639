/** What a peer lacks that we have: one message at a time, and what we know of the peer after it. */

import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { ConsensusMessage } from '../messages/consensus.ts'
import { hasHeader } from '../round/blockParts.ts'
import { collectedVotes, voteSetAt } from '../round/heightVotes.ts'
import type { RoundState } from '../round/roundState.ts'
import { RoundStep } from '../round/roundStep.ts'
import type { VoteSet } from '../round/voteSet.ts'
import { type BitArray, bitsWhere, chooseMissing } from '../types/bitArray.ts'
import { equalPartSetHeaders, type PartSetHeader } from '../types/blockId.ts'
import type { Commit } from '../types/commit.ts'
import type { Part } from '../types/part.ts'
import type { Vote } from '../types/vote.ts'
import {
  type PeerRounds,
  voteBitsOf,
  withCatchupParts,
  withCatchupRound,
  withPart,
  withProposal,
  withVote,
  withVoteBits,
} from './peerRounds.ts'

/** Blocks that are decided, for peers that are behind. */
export interface DecidedBlocks {
  /** The lowest height that is here. */
  readonly base: bigint
  partSetHeaderOf(height: bigint): PartSetHeader | undefined
  partOf(height: bigint, index: number): Part | undefined
  commitOf(height: bigint): Commit | undefined
}

/** What we have. */
export interface OwnRounds {
  readonly rounds: RoundState
  readonly decided: DecidedBlocks
  readonly random: RandomSource
}

/** A message for a peer. */
export interface ForPeer {
  readonly message: ConsensusMessage
  /** What we know of the peer if it is sent. */
  readonly known: PeerRounds
}

/** The next message about the block that the peer collects; undefined if it lacks nothing. */
export function nextData(own: OwnRounds, known: PeerRounds): ForPeer | undefined {
  const { rounds, decided } = own
  const { proposalParts } = rounds
  const { partSetHeader, parts } = known
  if (proposalParts !== undefined && partSetHeader !== undefined && parts !== undefined) {
    if (hasHeader(proposalParts, partSetHeader)) {
      const index = pick(own, proposalParts.bits, parts)
      const part = index === undefined ? undefined : proposalParts.parts[index]
      if (part !== undefined) return partMessage(known, rounds, part)
    }
  }
  if (known.height > 0n && known.height >= decided.base && known.height < rounds.height)
    return nextDecidedPart(own, known)
  if (known.height !== rounds.height || known.round !== rounds.round) return undefined
  return nextProposal(rounds, known)
}

function nextProposal({ proposal }: RoundState, known: PeerRounds): ForPeer | undefined {
  if (proposal === undefined || known.hasProposal) return undefined
  return {
    message: { kind: 'proposal', body: { proposal } },
    known: withProposal(known, proposal),
  }
}

/**
 * Whose prevotes prove the polka of the proposal: goes with it, and tells the peer what we have.
 */
export function proposalPol(rounds: RoundState): ConsensusMessage | undefined {
  const { proposal, height } = rounds
  if (proposal === undefined || proposal.polRound < 0) return undefined
  const set = voteSetAt(rounds.votes, proposal.polRound, 'prevote')
  if (set === undefined) return undefined
  const proposalPolRound = proposal.polRound
  return { kind: 'proposal-pol', body: { height, proposalPolRound, proposalPol: set.bits } }
}

function nextDecidedPart(own: OwnRounds, known: PeerRounds): ForPeer | undefined {
  const { decided } = own
  const header = decided.partSetHeaderOf(known.height)
  if (header === undefined) return undefined
  const collecting = known.parts === undefined ? withCatchupParts(known, header) : known
  const { partSetHeader, parts } = collecting
  if (partSetHeader === undefined || parts === undefined) return undefined
  if (!equalPartSetHeaders(partSetHeader, header)) return undefined
  const index = pick(
    own,
    bitsWhere(header.total, () => true),
    parts,
  )
  const part = index === undefined ? undefined : decided.partOf(known.height, index)
  return part && partMessage(collecting, collecting, part)
}

/** The peer takes parts for its own height; the round is where it is noted. */
function partMessage(
  known: PeerRounds,
  { height, round }: Pick<RoundState, 'height' | 'round'>,
  part: Part,
): ForPeer {
  const { index } = part
  const message = { kind: 'block-part', body: { height, round, part } } as const
  return { message, known: withPart(known, { height: known.height, round: known.round, index }) }
}

/** The next vote that the peer lacks. */
export function nextVote(own: OwnRounds, known: PeerRounds): ForPeer | undefined {
  const { rounds, decided } = own
  if (known.height === 0n) return undefined
  if (known.height === rounds.height) return nextVoteOfHeight(own, known)
  if (known.height + 1n === rounds.height && rounds.lastCommit !== undefined)
    return pickVote(own, withCommitOf(known, rounds.lastCommit), rounds.lastCommit)
  if (known.height >= rounds.height || known.height < decided.base) return undefined
  const commit = decided.commitOf(known.height)
  if (commit === undefined) return undefined
  return pickVote(own, withCommitOf(known, votesOf(commit)), votesOf(commit))
}

/** Votes, wherever they are kept. */
interface Votes {
  readonly height: bigint
  readonly round: number
  readonly type: Vote['type']
  readonly bits: BitArray
  voteAt(index: number): Vote | undefined
}

function nextVoteOfHeight(own: OwnRounds, known: PeerRounds): ForPeer | undefined {
  const { rounds } = own
  const { round, step, polRound } = known
  const isBehind = round >= 0 && round <= rounds.round
  const at = (votesRound: number, type: Vote['type']) => {
    const set = collectedVotes(rounds.votes, votesRound, type)
    return set && pickVote(own, known, set)
  }
  const first =
    step === RoundStep.newHeight && rounds.lastCommit !== undefined
      ? pickVote(own, known, rounds.lastCommit)
      : undefined
  return (
    first ??
    (step <= RoundStep.propose && isBehind && polRound >= 0
      ? at(polRound, 'prevote')
      : undefined) ??
    (step <= RoundStep.prevoteWait && isBehind ? at(round, 'prevote') : undefined) ??
    (step <= RoundStep.precommitWait && isBehind ? at(round, 'precommit') : undefined) ??
    (isBehind ? at(round, 'prevote') : undefined) ??
    (polRound >= 0 ? at(polRound, 'prevote') : undefined)
  )
}

function pickVote(own: OwnRounds, before: PeerRounds, votes: VoteSet | Votes): ForPeer | undefined {
  const { height, bits } = votes
  const known = withVoteBits(before, height, bits.size)
  const had = voteBitsOf(known, votes)
  if (had === undefined) return undefined
  const index = pick(own, bits, had)
  if (index === undefined) return undefined
  const vote = 'voteAt' in votes ? votes.voteAt(index) : votes.votes[index]
  if (vote === undefined) return undefined
  return {
    message: { kind: 'vote', body: { vote } },
    known: withVote(known, votes, index),
  }
}

/** The peer is to hear of the commit of its height. */
function withCommitOf(known: PeerRounds, votes: VoteSet | Votes): PeerRounds {
  return withCatchupRound(known, votes, votes.bits.size)
}

function votesOf({ height, round, blockId, signatures }: Commit): Votes {
  return {
    height,
    round,
    type: 'precommit',
    bits: bitsWhere(signatures.length, (index) => signatures[index]!.flag !== 'absent'),
    voteAt(validatorIndex) {
      const signature = signatures[validatorIndex]
      if (signature === undefined || signature.flag === 'absent') return undefined
      const { flag, validatorAddress, timestamp } = signature
      return {
        type: 'precommit',
        height,
        round,
        blockId: flag === 'nil' ? undefined : blockId,
        timestamp,
        validatorAddress,
        validatorIndex,
        signature: signature.signature,
      }
    },
  }
}

/**
 * One of those that are missing, each as likely: so that peers get different things from different
 * nodes.
 */
function pick({ random }: OwnRounds, ours: BitArray, theirs: BitArray): number | undefined {
  return chooseMissing(ours, theirs, (count) => randomBelow(random, count))
}
