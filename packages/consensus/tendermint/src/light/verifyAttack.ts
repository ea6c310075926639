import { equalBytes } from '@wadi/base/bytes'
import { compareMoments } from '@wadi/primitives/moment'
import { verifyCommitLight, verifyCommitTrusting } from '../commits/verifyCommit.ts'
import type { SignatureDialect } from '../dialect.ts'
import { headerHash } from '../hashing/headerHash.ts'
import type { LightClientAttackEvidence } from '../types/evidence.ts'
import type { LightBlock, SignedHeader } from '../types/lightBlock.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'
import { findValidator } from '../validators/validatorSet.ts'
import { attackKind, byzantineValidators, isMadeUp } from './attack.ts'
import { attackErrors as errors } from './errors.ts'
import { DEFAULT_TRUST_LEVEL } from './lightRules.ts'

/** Evidence of an attack, and what the chain says at those heights. */
export interface AttackCase {
  readonly evidence: LightClientAttackEvidence
  /** Of the last height that the light client and the chain agree on. */
  readonly commonHeader: SignedHeader
  readonly commonValidators: ValidatorSet
  /** Of the attacked height; the last one of the chain, if it is not that high. */
  readonly trustedHeader: SignedHeader
}

/**
 * Refuses evidence unless validators of the chain have signed a block that is not of the chain, and
 * unless it names exactly those. The caller checks its age, and that it makes sense by itself.
 */
export function verifyAttack(dialect: SignatureDialect, attack: AttackCase): void {
  const { evidence, commonHeader, commonValidators, trustedHeader } = attack
  const { conflictingBlock, totalVotingPower } = evidence
  const { header, commit } = conflictingBlock.signedHeader
  const { chainId } = trustedHeader.header
  if (commonHeader.header.height !== header.height) {
    const claim = { chainId, validators: commonValidators, trustLevel: DEFAULT_TRUST_LEVEL }
    verifyCommitTrusting(dialect, claim, commit, 'all')
  } else if (isMadeUp(header, trustedHeader.header)) throw errors.otherContent()
  const { validatorSet: validators } = conflictingBlock
  const claim = { chainId, validators, blockId: commit.blockId, height: header.height }
  verifyCommitLight(dialect, claim, commit, 'all')
  if (totalVotingPower !== commonValidators.totalVotingPower)
    throw errors.otherPower(`${totalVotingPower}, not ${commonValidators.totalVotingPower}`)
  checkConflict(attack)
  checkAccused(attack)
}

function checkConflict({ evidence, trustedHeader }: AttackCase): void {
  const { header } = evidence.conflictingBlock.signedHeader
  const { header: trusted } = trustedHeader
  // Ahead of the chain, a block contradicts it if it is not later than the last one.
  const isAhead = header.height > trusted.height && compareMoments(header.time, trusted.time) > 0
  if (isAhead) throw errors.noConflict('later than the last block')
  if (equalBytes(headerHash(trusted), headerHash(header))) throw errors.noConflict('the same block')
}

/**
 * COMPAT(cometbft): there a node ends that sees evidence of equivocation in which a stranger's
 * address stands beside a validator's signature, so no chain has any.
 */
function checkSigners({ signedHeader, validatorSet }: LightBlock, trusted: SignedHeader): void {
  for (const [i, signature] of signedHeader.commit.signatures.entries()) {
    if (signature.flag === 'absent' || trusted.commit.signatures[i]?.flag === 'absent') continue
    const found = findValidator(validatorSet, signature.validatorAddress)
    if (found === undefined) throw errors.strangeSigner()
  }
}

function checkAccused({ evidence, trustedHeader, commonValidators }: AttackCase): void {
  const { conflictingBlock, byzantineValidators: accused } = evidence
  const kind = attackKind(conflictingBlock.signedHeader, trustedHeader)
  if (kind === 'equivocation') checkSigners(conflictingBlock, trustedHeader)
  const guilty = byzantineValidators(conflictingBlock, trustedHeader, commonValidators)
  // COMPAT(cometbft): there the empty list of evidence that was read is none that names nobody, so
  // amnesia, which accuses nobody, is refused wherever it comes from.
  if (guilty.length === 0) throw errors.nobodyGuilty()
  if (accused.length !== guilty.length)
    throw errors.otherValidators(`${accused.length}, not ${guilty.length}`)
  for (const [i, { address, votingPower }] of guilty.entries()) {
    const isSame =
      equalBytes(accused[i]!.address, address) && accused[i]!.votingPower === votingPower
    if (!isSame) throw errors.otherValidators(`at ${i}`)
  }
}
