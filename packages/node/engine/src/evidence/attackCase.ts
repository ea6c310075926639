import type { AttackCase } from '@wadi/tendermint/light/verifyAttack'
import type { LightClientAttackEvidence } from '@wadi/tendermint/types/evidence'
import type { SignedHeader } from '@wadi/tendermint/types/lightBlock'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { BlockStore } from '../stores/contract.ts'
import { errors } from './errors.ts'

type Blocks = Pick<BlockStore, 'loadMeta' | 'loadCommit'>

function signedHeaderAt(blocks: Blocks, height: bigint): SignedHeader {
  const header = blocks.loadMeta(height)?.header
  const commit = blocks.loadCommit(height)
  if (header === undefined || commit === undefined) throw errors.noHeader(`height ${height}`)
  return { header, commit }
}

/**
 * Puts together what an attack is judged by.
 * COMPAT(CometBFT): if the chain is not as high as the attack, the reference looks for the commit
 * of its last block, which is never in a block yet, and so refuses until the chain is higher.
 */
export function attackCase(
  blocks: Blocks,
  commonValidators: ValidatorSet,
  evidence: LightClientAttackEvidence,
): AttackCase {
  const { commonHeight, conflictingBlock } = evidence
  const { height } = conflictingBlock.signedHeader.header
  const commonHeader = signedHeaderAt(blocks, commonHeight)
  const trustedHeader = height === commonHeight ? commonHeader : signedHeaderAt(blocks, height)
  return { evidence, commonHeader, commonValidators, trustedHeader }
}
