/** What a signature is over: a canonical form with the chain's name, after its length. */

import { encodeDelimited } from '@wadi/protobuf/codec'
import { embedded, field, message, optional } from '@wadi/protobuf/message'
import { int32, int64, sfixed64, text } from '@wadi/protobuf/scalars'
import { BlockId, isNoBlockId } from './types/blockId.ts'
import { PROPOSAL_TYPE, type Proposal } from './types/proposal.ts'
import { Timestamp } from './types/timestamp.ts'
import { type Vote, VoteType } from './types/vote.ts'

// Sizes of heights and rounds are fixed, so that hardware can find them without a parser.
const CanonicalVote = message({
  type: field(1, VoteType),
  height: field(2, sfixed64),
  round: field(3, sfixed64),
  blockId: optional(4, BlockId),
  timestamp: field(5, embedded(Timestamp)),
  chainId: field(6, text),
})

const CanonicalProposal = message({
  type: field(1, int32),
  height: field(2, sfixed64),
  round: field(3, sfixed64),
  polRound: field(4, int64),
  blockId: optional(5, BlockId),
  timestamp: field(6, embedded(Timestamp)),
  chainId: field(7, text),
})

/** What of a vote is signed: not who votes, which the key says. */
export type SignedPartOfVote = Pick<Vote, 'type' | 'height' | 'round' | 'blockId' | 'timestamp'>

/** What a vote's signature is over. */
export function canonicalVoteBytes(chainId: string, vote: SignedPartOfVote): Uint8Array {
  const { type, height, round, blockId, timestamp } = vote
  return encodeDelimited(CanonicalVote, {
    type,
    height,
    round: BigInt(round),
    blockId,
    timestamp,
    chainId,
  })
}

/** What a proposal's signature is over. */
export function canonicalProposalBytes(
  chainId: string,
  proposal: Omit<Proposal, 'signature'>,
): Uint8Array {
  const { height, round, polRound, blockId, timestamp } = proposal
  return encodeDelimited(CanonicalProposal, {
    type: PROPOSAL_TYPE,
    height,
    round: BigInt(round),
    polRound: BigInt(polRound),
    blockId: isNoBlockId(blockId) ? undefined : blockId,
    timestamp,
    chainId,
  })
}
