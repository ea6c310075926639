import { compareBytes, concatBytes } from '@wadi/base/bytes'
import { encode } from '@wadi/protobuf/codec'
import { type BlockId, NO_BLOCK_ID, PartSetHeader } from '../types/blockId.ts'
import type {
  DuplicateVoteEvidence,
  Evidence,
  LightClientAttackEvidence,
} from '../types/evidence.ts'
import { checkLightBlock } from './checkLightBlock.ts'
import { checkVote } from './checkVote.ts'
import { errors } from './errors.ts'

/** What votes in evidence are ordered by. */
function keyOf(blockId: BlockId | undefined): Uint8Array {
  const { hash, partSetHeader } = blockId ?? NO_BLOCK_ID
  return concatBytes(hash, encode(PartSetHeader, partSetHeader))
}

/** Negative, zero or positive: which vote is first in evidence? Zero: both are for the same. */
export function compareVotedBlocks(a: BlockId | undefined, b: BlockId | undefined): number {
  return compareBytes(keyOf(a), keyOf(b))
}

function checkDuplicateVote({ voteA, voteB }: DuplicateVoteEvidence): void {
  checkVote(voteA)
  checkVote(voteB)
  if (compareVotedBlocks(voteA.blockId, voteB.blockId) >= 0) throw errors.badOrder()
}

function checkLightClientAttack(evidence: LightClientAttackEvidence): void {
  const { conflictingBlock, commonHeight, totalVotingPower } = evidence
  const { header } = conflictingBlock.signedHeader
  if (totalVotingPower <= 0n) throw errors.badPower(`${totalVotingPower}`)
  if (commonHeight <= 0n || commonHeight > header.height) throw errors.badHeight(`${commonHeight}`)
  checkLightBlock(conflictingBlock, header.chainId)
}

/** Refuses evidence of nothing. Whether it is true is another question. */
export function checkEvidence(evidence: Evidence): void {
  if (evidence.kind === 'duplicate-vote') checkDuplicateVote(evidence.body)
  else checkLightClientAttack(evidence.body)
}
