/** What validators did who showed a light client a block that is not of the chain. */

import { equalBytes } from '@wadi/base/bytes'
import { headerHash } from '../hashing/headerHash.ts'
import type { LightClientAttackEvidence } from '../types/evidence.ts'
import type { Header } from '../types/header.ts'
import type { LightBlock, SignedHeader } from '../types/lightBlock.ts'
import type { Validator } from '../types/validator.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'
import { compareInSet, findValidator } from '../validators/validatorSet.ts'

/**
 * `lunatic`: the block could follow on nothing, so whoever signed it is guilty.
 * `equivocation`: two blocks were signed in one round, so whoever signed both is guilty.
 * `amnesia`: in different rounds; who forgot a lock cannot be seen.
 */
export type AttackKind = 'lunatic' | 'equivocation' | 'amnesia'

/** Is the header one that the chain could not have made, by what all nodes compute alike? */
export function isMadeUp(header: Header, trusted: Header): boolean {
  return (
    !equalBytes(trusted.validatorsHash, header.validatorsHash) ||
    !equalBytes(trusted.nextValidatorsHash, header.nextValidatorsHash) ||
    !equalBytes(trusted.consensusHash, header.consensusHash) ||
    !equalBytes(trusted.appHash, header.appHash) ||
    !equalBytes(trusted.lastResultsHash, header.lastResultsHash)
  )
}

/** What kind of attack a block is, beside the one of the chain. */
export function attackKind(conflicting: SignedHeader, trusted: SignedHeader): AttackKind {
  if (isMadeUp(conflicting.header, trusted.header)) return 'lunatic'
  return conflicting.commit.round === trusted.commit.round ? 'equivocation' : 'amnesia'
}

/** Who is guilty for certain, by descending power. */
export function byzantineValidators(
  conflicting: LightBlock,
  trusted: SignedHeader,
  commonValidators: ValidatorSet,
): readonly Validator[] {
  const { signedHeader, validatorSet } = conflicting
  const { signatures } = signedHeader.commit
  const guilty: Validator[] = []
  const accuse = (set: ValidatorSet, address: Uint8Array): void => {
    const found = findValidator(set, address)
    if (found !== undefined) guilty.push(found.validator)
  }
  switch (attackKind(signedHeader, trusted)) {
    case 'amnesia':
      break
    case 'lunatic':
      for (const signature of signatures)
        if (signature.flag === 'commit') accuse(commonValidators, signature.validatorAddress)
      break
    case 'equivocation':
      // COMPAT(cometbft): votes for nil count, too. The sets are the same, so the places are.
      for (const [i, signature] of signatures.entries()) {
        const hasVotedTwice =
          signature.flag !== 'absent' && trusted.commit.signatures[i]?.flag !== 'absent'
        if (hasVotedTwice) accuse(validatorSet, signature.validatorAddress)
      }
      break
  }
  return guilty.sort(compareInSet)
}

/** What a light client saw. */
export interface SeenAttack {
  /** What was shown. */
  readonly conflicting: LightBlock
  /** What others have at that height; their last block, if they have none. */
  readonly trusted: LightBlock
  /** The last block that both have. */
  readonly common: LightBlock
}

/** The evidence of an attack, as full nodes want it. */
export function evidenceOfAttack({
  conflicting,
  trusted,
  common,
}: SeenAttack): LightClientAttackEvidence {
  const isLunatic = isMadeUp(conflicting.signedHeader.header, trusted.signedHeader.header)
  const { signedHeader, validatorSet } = isLunatic ? common : trusted
  const { validatorSet: validators } = common
  return {
    conflictingBlock: conflicting,
    commonHeight: signedHeader.header.height,
    byzantineValidators: byzantineValidators(conflicting, trusted.signedHeader, validators),
    totalVotingPower: validatorSet.totalVotingPower,
    timestamp: signedHeader.header.time,
  }
}

/** Are they of the same header? */
export function isSameBlock(a: LightBlock, b: LightBlock): boolean {
  return equalBytes(headerHash(a.signedHeader.header), headerHash(b.signedHeader.header))
}
