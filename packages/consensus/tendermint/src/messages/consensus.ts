/** What peers tell each other about the rounds of a height. */

import { unreachable } from '@wadi/base/errors'
import type { Infer } from '@wadi/protobuf/codec'
import { embedded, field, message, optional, required } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { bool, int32, int64, uint32 } from '@wadi/protobuf/scalars'
import { checkPart } from '../basic/checkPart.ts'
import { checkProposal, checkVote } from '../basic/checkVote.ts'
import { errors } from '../basic/errors.ts'
import { PARTS_MAX } from '../limits.ts'
import { RoundStep } from '../round/roundStep.ts'
import { BitArray } from '../types/bitArray.ts'
import { type BlockId, isCompleteBlockId, NilableBlockId, PartSetHeader } from '../types/blockId.ts'
import { Part } from '../types/part.ts'
import { Proposal } from '../types/proposal.ts'
import { Vote, VoteType } from '../types/vote.ts'

/** Where a node is. */
export const NewRoundStep = message({
  height: field(1, int64),
  round: field(2, int32),
  step: field(3, uint32),
  /** Negative before the first round begins. */
  secondsSinceStartTime: field(4, int64),
  /** −1 before the second block. */
  lastCommitRound: field(5, int32),
})
export type NewRoundStep = Infer<typeof NewRoundStep>

/** Which block it collects, and what of it it has. */
export const NewValidBlock = message({
  height: field(1, int64),
  round: field(2, int32),
  blockPartSetHeader: field(3, embedded(PartSetHeader)),
  blockParts: optional(4, BitArray),
  isCommit: field(5, bool),
})
export type NewValidBlock = Infer<typeof NewValidBlock>

/** Whose prevotes of an earlier round prove that a block may be proposed again. */
export const ProposalPol = message({
  height: field(1, int64),
  proposalPolRound: field(2, int32),
  proposalPol: field(3, embedded(BitArray)),
})
export type ProposalPol = Infer<typeof ProposalPol>

/** A part of the proposed block. */
export const BlockPart = message({
  height: field(1, int64),
  round: field(2, int32),
  part: field(3, embedded(Part)),
})
export type BlockPart = Infer<typeof BlockPart>

/** It has somebody's vote. */
export const HasVote = message({
  height: field(1, int64),
  round: field(2, int32),
  type: field(3, VoteType),
  index: field(4, int32),
})
export type HasVote = Infer<typeof HasVote>

/** It has seen more than two thirds vote for this. */
export const VoteSetMaj23 = message({
  height: field(1, int64),
  round: field(2, int32),
  type: field(3, VoteType),
  blockId: field(4, embedded(NilableBlockId)),
})
export type VoteSetMaj23 = Infer<typeof VoteSetMaj23>

/** The answer: whose votes for it are here. */
export const VoteSetBits = message({
  height: field(1, int64),
  round: field(2, int32),
  type: field(3, VoteType),
  blockId: field(4, embedded(NilableBlockId)),
  votes: field(5, embedded(BitArray)),
})
export type VoteSetBits = Infer<typeof VoteSetBits>

/** Everything that is said on the four channels of consensus, and logged. */
export const ConsensusMessage = oneOf({
  'new-round-step': field(1, NewRoundStep),
  'new-valid-block': field(2, NewValidBlock),
  proposal: field(3, message({ proposal: field(1, embedded(Proposal)) })),
  'proposal-pol': field(4, ProposalPol),
  'block-part': field(5, BlockPart),
  vote: field(6, message({ vote: required(1, Vote) })),
  'has-vote': field(7, HasVote),
  'vote-set-maj23': field(8, VoteSetMaj23),
  'vote-set-bits': field(9, VoteSetBits),
})
export type ConsensusMessage = Infer<typeof ConsensusMessage>

const STEPS: ReadonlySet<number> = new Set(Object.values(RoundStep))

/** Refuses what no honest node says. */
export function checkConsensusMessage(said: ConsensusMessage): void {
  switch (said.kind) {
    case 'new-round-step':
      checkNewRoundStep(said.body)
      break
    case 'new-valid-block':
      checkNewValidBlock(said.body)
      break
    case 'proposal':
      checkProposal(said.body.proposal)
      break
    case 'proposal-pol':
      checkPlace(said.body.height, said.body.proposalPolRound)
      if (said.body.proposalPol.size === 0) throw errors.badBits('no votes')
      break
    case 'block-part':
      checkPlace(said.body.height, said.body.round)
      checkPart(said.body.part)
      break
    case 'vote':
      checkVote(said.body.vote)
      break
    case 'has-vote':
      checkPlace(said.body.height, said.body.round)
      if (said.body.index < 0) throw errors.badIndex(`${said.body.index}`)
      break
    case 'vote-set-maj23':
    case 'vote-set-bits':
      // The reference does not look at the round of an answer; nobody has a use for a negative one.
      checkPlace(said.body.height, said.body.round)
      checkVotedBlock(said.body.blockId)
      break
    default:
      unreachable(said, 'kind of a message of consensus')
  }
}

function checkPlace(height: bigint, round: number): void {
  if (height < 0n) throw errors.badHeight(`${height}`)
  if (round < 0) throw errors.badRound(`${round}`)
}

function checkNewRoundStep({ height, round, step, lastCommitRound }: NewRoundStep): void {
  checkPlace(height, round)
  if (!STEPS.has(step)) throw errors.badStep(`${step}`)
  if (lastCommitRound < -1) throw errors.badRound(`last commit ${lastCommitRound}`)
}

function checkNewValidBlock(said: NewValidBlock): void {
  const { height, round, blockPartSetHeader, blockParts } = said
  checkPlace(height, round)
  const { size = 0 } = blockParts ?? {}
  if (size === 0) throw errors.badBits('no parts')
  if (size !== blockPartSetHeader.total) throw errors.badBits(`${size} parts`)
  if (size > PARTS_MAX) throw errors.badBits(`${size} parts`)
}

function checkVotedBlock(blockId: BlockId | undefined): void {
  if (blockId !== undefined && !isCompleteBlockId(blockId)) throw errors.badBlockId()
}
