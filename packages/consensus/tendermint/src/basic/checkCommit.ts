import { isNoBlockId } from '../types/blockId.ts'
import type { Commit, CommitSig } from '../types/commit.ts'
import { VALIDATOR_ADDRESS_SIZE } from '../validatorAddress.ts'
import { checkBlockId } from './checkHeader.ts'
import { checkSignature } from './checkVote.ts'
import { errors } from './errors.ts'

function checkCommitSig(signature: CommitSig): void {
  if (signature.flag === 'absent') return
  if (signature.validatorAddress.length !== VALIDATOR_ADDRESS_SIZE) throw errors.badAddress()
  checkSignature(signature.signature)
}

/** Refuses a commit that can be of no block. That before the first block is of height 0. */
export function checkCommit({ height, round, blockId, signatures }: Commit): void {
  checkBlockId(blockId)
  signatures.forEach(checkCommitSig)
  if (height < 0n) throw errors.badHeight(`${height}`)
  if (round < 0) throw errors.badRound(`${round}`)
  if (height === 0n) return
  if (isNoBlockId(blockId)) throw errors.badBlockId('none')
  if (signatures.length === 0) throw errors.noSignatures()
}
