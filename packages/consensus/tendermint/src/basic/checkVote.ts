import { SIGNATURE_SIZE_MAX } from '../limits.ts'
import { isCompleteBlockId } from '../types/blockId.ts'
import type { Proposal } from '../types/proposal.ts'
import type { Vote } from '../types/vote.ts'
import { VALIDATOR_ADDRESS_SIZE } from '../validatorAddress.ts'
import { errors } from './errors.ts'

/** Refuses what cannot be a signature. */
export function checkSignature({ length }: Uint8Array): void {
  if (length === 0 || length > SIGNATURE_SIZE_MAX) throw errors.badSignature(`${length}`)
}

/** Refuses a vote that nobody could give. */
export function checkVote(vote: Vote): void {
  const { height, round, blockId, validatorAddress, validatorIndex, signature } = vote
  if (height <= 0n) throw errors.badHeight(`${height}`)
  if (round < 0) throw errors.badRound(`${round}`)
  if (blockId !== undefined && !isCompleteBlockId(blockId)) throw errors.badBlockId()
  if (validatorAddress.length !== VALIDATOR_ADDRESS_SIZE) throw errors.badAddress()
  if (validatorIndex < 0) throw errors.badIndex(`${validatorIndex}`)
  checkSignature(signature)
}

/** Refuses a proposal that nobody could make. */
export function checkProposal({ height, round, polRound, blockId, signature }: Proposal): void {
  if (height < 0n) throw errors.badHeight(`${height}`)
  if (round < 0) throw errors.badRound(`${round}`)
  if (polRound < -1) throw errors.badRound(`proof of lock ${polRound}`)
  if (!isCompleteBlockId(blockId)) throw errors.badBlockId()
  checkSignature(signature)
}
