/** May a block be believed because another one is? */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { addMilliseconds, compareMoments, type Moment } from '@wadi/primitives/moment'
import { checkHeader } from '../basic/checkHeader.ts'
import { checkSignedHeader } from '../basic/checkLightBlock.ts'
import { verifyCommitLight, verifyCommitTrusting } from '../commits/verifyCommit.ts'
import { validatorsHash } from '../hashing/contentHashes.ts'
import { headerHash } from '../hashing/headerHash.ts'
import type { Header } from '../types/header.ts'
import type { LightBlock, SignedHeader } from '../types/lightBlock.ts'
import { errors } from './errors.ts'
import type { LightRules } from './lightRules.ts'
import { refusalOf } from './refusalOf.ts'

/** A block that is trusted, and one that is not yet. */
export interface LightStep {
  readonly trusted: LightBlock
  readonly untrusted: LightBlock
}

/** Runs a check; what it refuses makes the block an invalid one. */
function orInvalid(check: () => void): void {
  const refusal = refusalOf(check)
  if (refusal !== undefined) throw errors.invalid(refusal.message)
}

/** Is a block so old that those who signed it can no longer be punished? */
export function isExpired({ header }: SignedHeader, rules: LightRules, now: Moment): boolean {
  return compareMoments(addMilliseconds(header.time, rules.trustPeriodMs), now) <= 0
}

function checkNotExpired({ trusted }: LightStep, rules: LightRules, now: Moment): void {
  const { header } = trusted.signedHeader
  if (isExpired(trusted.signedHeader, rules, now)) throw errors.expired(`height ${header.height}`)
}

/** Refuses what contradicts itself, the trusted block or the clock. Signatures come later. */
function checkNewBlock({ trusted, untrusted }: LightStep, rules: LightRules, now: Moment): void {
  const before = trusted.signedHeader.header
  const { header } = untrusted.signedHeader
  orInvalid(() => checkSignedHeader(untrusted.signedHeader, before.chainId))
  if (header.height <= before.height) throw errors.invalid(`height ${header.height} is not higher`)
  if (compareMoments(header.time, before.time) <= 0) throw errors.invalid('not later')
  const latest = addMilliseconds(now, rules.clockDriftMs)
  if (compareMoments(header.time, latest) >= 0) throw errors.invalid('from the future')
  const hash = validatorsHash(untrusted.validatorSet.validators)
  if (!equalBytes(header.validatorsHash, hash)) throw errors.invalid('of other validators')
}

/** Refuses a block that not more than two thirds of its own validators have signed. */
function checkOwnCommit({ untrusted }: LightStep, { dialect }: LightRules): void {
  const { header, commit } = untrusted.signedHeader
  const { chainId, height } = header
  const { validatorSet: validators } = untrusted
  const claim = { chainId, height, validators, blockId: commit.blockId }
  orInvalid(() => verifyCommitLight(dialect, claim, commit))
}

/**
 * Refuses a block right after a trusted one unless it can be believed: the trusted one names its
 * validators. The checks come in the reference's order.
 */
export function verifyAdjacent(step: LightStep, rules: LightRules, now: Moment): void {
  const before = step.trusted.signedHeader.header
  const { header } = step.untrusted.signedHeader
  if (header.height !== before.height + 1n) throw errors.notAdjacent(`height ${header.height}`)
  checkNotExpired(step, rules, now)
  checkNewBlock(step, rules, now)
  if (!equalBytes(header.validatorsHash, before.nextValidatorsHash))
    throw errors.otherNextValidators(`height ${header.height}`)
  checkOwnCommit(step, rules)
}

/**
 * Refuses a later block unless it can be believed: enough of the trusted validators have signed it,
 * so at least one honest one. `cannotTrust` says that a block in between might help.
 */
export function verifyNonAdjacent(step: LightStep, rules: LightRules, now: Moment): void {
  const { trusted, untrusted } = step
  const before = trusted.signedHeader.header
  const { header, commit } = untrusted.signedHeader
  if (header.height === before.height + 1n) throw errors.notAdjacent(`height ${header.height}`)
  checkNotExpired(step, rules, now)
  checkNewBlock(step, rules, now)
  checkTrusted(step, rules)
  const { dialect, trustLevel } = rules
  const { chainId } = before
  verifyCommitTrusting(dialect, { chainId, validators: trusted.validatorSet, trustLevel }, commit)
  // A set that nobody vouches for can be made as large as one likes, so it comes last.
  checkOwnCommit(step, rules)
}

/**
 * Refuses a block that too few of the trusted validators have signed, before any signature is
 * looked at; the reference looks at them first, and then tries no block in between.
 * PERF: a jump that is a little too long costs 0.3 of what it does with signatures.
 */
function checkTrusted({ trusted, untrusted }: LightStep, { trustLevel }: LightRules): void {
  const { validators, totalVotingPower } = trusted.validatorSet
  const signers = new Set<string>()
  for (const signature of untrusted.signedHeader.commit.signatures)
    if (signature.flag === 'commit') signers.add(toHex(signature.validatorAddress))
  let power = 0n
  for (const { address, votingPower } of validators)
    if (signers.has(toHex(address))) power += votingPower
  const needed = (totalVotingPower * trustLevel.numerator) / trustLevel.denominator
  if (power <= needed) throw errors.cannotTrust(`${power}, not more than ${needed}`)
}

/** One or the other, as it is right after or later. */
export function verifyForwards(step: LightStep, rules: LightRules, now: Moment): void {
  const { height } = step.trusted.signedHeader.header
  const isAdjacent = step.untrusted.signedHeader.header.height === height + 1n
  if (isAdjacent) verifyAdjacent(step, rules, now)
  else verifyNonAdjacent(step, rules, now)
}

/** Refuses a header that is not the one right before a trusted one, however old both are. */
export function verifyBackwards(trusted: Header, untrusted: Header): void {
  orInvalid(() => checkHeader(untrusted))
  if (untrusted.chainId !== trusted.chainId) throw errors.invalid('of another chain')
  if (compareMoments(untrusted.time, trusted.time) >= 0) throw errors.invalid('not earlier')
  const named = trusted.lastBlockId?.hash
  if (named === undefined || !equalBytes(headerHash(untrusted), named))
    throw errors.invalid('not the block that the next one names')
}
