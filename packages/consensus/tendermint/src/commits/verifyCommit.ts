/** Is a block final: did validators with enough power sign it? */

import { equalBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { SignedMessage } from '@wadi/crypto/ed25519/signedMessage'
import type { SignatureDialect } from '../dialect.ts'
import { canonicalVoteBytes } from '../signBytes.ts'
import { type BlockId, equalBlockIds, isNoBlockId } from '../types/blockId.ts'
import type { Commit, CommitSig } from '../types/commit.ts'
import type { Validator } from '../types/validator.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'
import { findValidator } from '../validators/validatorSet.ts'

/** Commits that decide nothing. */
export const errors = definePlainErrors('verifyCommit', {
  otherCount: 'another number of signatures than of validators',
  otherHeight: 'the commit is of another height',
  otherBlock: 'the commit is of another block',
  otherValidator: 'the signature is of another validator',
  badSignature: 'wrong signature',
  notEnoughPower: 'not enough voting power has signed',
  twice: 'a validator signed twice',
  badTrustLevel: 'not a fraction, or too large a one',
})

/** What is to be final, and by whom. */
export interface CommitClaim {
  readonly chainId: string
  readonly validators: ValidatorSet
  readonly blockId: BlockId
  readonly height: bigint
}

/** How much of a set has to sign: more than that fraction. */
export interface TrustLevel {
  readonly numerator: bigint
  readonly denominator: bigint
}

/**
 * `enough`: no signature is looked at once there are enough, and none for nil.
 * `all`: every one has to be right. COMPAT(cometbft): votes for nil count, too, for light clients.
 */
export type SignaturesToCheck = 'enough' | 'all'

type GivenSig = Exclude<CommitSig, { readonly flag: 'absent' }>

/** A signature and who should have made it. */
interface Voter {
  readonly validator: Validator
  readonly signature: GivenSig
}

const INT64_MAX = (1n << 63n) - 1n

function voteBytes(chainId: string, { height, round, blockId }: Commit, sig: GivenSig): Uint8Array {
  return canonicalVoteBytes(chainId, {
    type: 'precommit',
    height,
    round,
    blockId: sig.flag === 'nil' || isNoBlockId(blockId) ? undefined : blockId,
    timestamp: sig.timestamp,
  })
}

/** Which bytes a commit's signature is over, and whose it should be. */
function signedBy(chainId: string, commit: Commit, { validator, signature }: Voter): SignedMessage {
  return {
    publicKey: validator.publicKey,
    message: voteBytes(chainId, commit, signature),
    signature: signature.signature,
  }
}

interface Check {
  readonly dialect: SignatureDialect
  readonly chainId: string
  readonly commit: Commit
}

function checkSignatures({ dialect, chainId, commit }: Check, voters: readonly Voter[]): void {
  const verdicts = dialect.verifyAll(voters.map((voter) => signedBy(chainId, commit, voter)))
  const wrong = verdicts.indexOf(false)
  if (wrong >= 0) throw errors.badSignature(`of ${wrong + 1} in ${voters.length}`)
}

function checkClaim({ validators, blockId, height }: CommitClaim, commit: Commit): void {
  const [count, expected] = [commit.signatures.length, validators.validators.length]
  if (count !== expected) throw errors.otherCount(`${count} of ${expected}`)
  if (commit.height !== height) throw errors.otherHeight(`${commit.height}, not ${height}`)
  if (!equalBlockIds(commit.blockId, blockId)) throw errors.otherBlock()
}

function checkPower(signed: bigint, needed: bigint): void {
  if (signed <= needed) throw errors.notEnoughPower(`${signed}, not more than ${needed}`)
}

/** Two thirds of the power, rounded down: more are needed. */
function twoThirds({ totalVotingPower }: ValidatorSet): bigint {
  return (totalVotingPower * 2n) / 3n
}

/**
 * Refuses a commit unless more than two thirds signed for the block, and every signature is right,
 * also those for nil: applications reward and punish by them.
 */
export function verifyCommit(dialect: SignatureDialect, claim: CommitClaim, commit: Commit): void {
  checkClaim(claim, commit)
  const { validators } = claim.validators
  const voters: Voter[] = []
  let power = 0n
  for (const [i, signature] of commit.signatures.entries()) {
    if (signature.flag === 'absent') continue
    const validator = validators[i]!
    if (!equalBytes(validator.address, signature.validatorAddress))
      throw errors.otherValidator(`at ${i}`)
    voters.push({ validator, signature })
    if (signature.flag === 'commit') power += validator.votingPower
  }
  checkSignatures({ dialect, chainId: claim.chainId, commit }, voters)
  checkPower(power, twoThirds(claim.validators))
}

/** Does a light client look at the signature? */
function isLookedAt(signature: CommitSig, which: SignaturesToCheck): signature is GivenSig {
  return which === 'all' ? signature.flag !== 'absent' : signature.flag === 'commit'
}

/**
 * Refuses a commit unless more than two thirds signed it.
 * COMPAT(cometbft): addresses are not compared here, places are enough.
 */
export function verifyCommitLight(
  dialect: SignatureDialect,
  claim: CommitClaim,
  commit: Commit,
  which: SignaturesToCheck = 'enough',
): void {
  checkClaim(claim, commit)
  const needed = twoThirds(claim.validators)
  const voters: Voter[] = []
  let power = 0n
  for (const [i, signature] of commit.signatures.entries()) {
    if (!isLookedAt(signature, which)) continue
    const validator = claim.validators.validators[i]!
    voters.push({ validator, signature })
    power += validator.votingPower
    if (which === 'enough' && power > needed) break
  }
  checkSignatures({ dialect, chainId: claim.chainId, commit }, voters)
  checkPower(power, needed)
}

/** Whom a light client trusts, and how many of them it wants to see. */
export interface TrustClaim {
  readonly chainId: string
  /** Of an earlier block: not the ones who could sign this one. */
  readonly validators: ValidatorSet
  readonly trustLevel: TrustLevel
}

/** Refuses a commit unless more than a fraction of trusted validators signed it. */
export function verifyCommitTrusting(
  dialect: SignatureDialect,
  { chainId, validators, trustLevel }: TrustClaim,
  commit: Commit,
  which: SignaturesToCheck = 'enough',
): void {
  const { numerator, denominator } = trustLevel
  if (denominator === 0n) throw errors.badTrustLevel()
  const product = validators.totalVotingPower * numerator
  if (product > INT64_MAX) throw errors.badTrustLevel()
  const needed = product / denominator
  const voters: Voter[] = []
  const seen = new Set<number>()
  let power = 0n
  for (const signature of commit.signatures) {
    if (!isLookedAt(signature, which)) continue
    const found = findValidator(validators, signature.validatorAddress)
    if (found === undefined) continue
    if (seen.has(found.index)) throw errors.twice(`validator ${found.index}`)
    seen.add(found.index)
    voters.push({ validator: found.validator, signature })
    power += found.validator.votingPower
    if (which === 'enough' && power > needed) break
  }
  checkSignatures({ dialect, chainId, commit }, voters)
  checkPower(power, needed)
}
