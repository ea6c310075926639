/** Questions about steps of a light client, with real signatures, each with our answer. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { addMilliseconds, type Moment } from '@wadi/primitives/moment'
import { encode } from '@wadi/protobuf/codec'
import type { TrustLevel } from '@wadi/tendermint/commits/verifyCommit'
import { stockDialect } from '@wadi/tendermint/dialect'
import { validatorsHash } from '@wadi/tendermint/hashing/contentHashes'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { checkTrustLevel, type LightRules } from '@wadi/tendermint/light/lightRules'
import {
  isExpired,
  verifyAdjacent,
  verifyBackwards,
  verifyForwards,
  verifyNonAdjacent,
} from '@wadi/tendermint/light/verifyLightBlock'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Commit, CommitSig } from '@wadi/tendermint/types/commit'
import type { Header } from '@wadi/tendermint/types/header'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { createValidatorSet } from '@wadi/tendermint/validators/validatorSet'
import type { Dice } from '../cbor/dice.ts'

/** A line for the Go program, and what we say to it: a word for each way to verify. */
export interface LightQuestion {
  readonly line: string
  readonly own: readonly string[]
}

const KEYS = Array.from({ length: 12 }, (_, i) => {
  const seed = sha256(Uint8Array.of(i))
  const publicKey = publicKeyOfSeed(seed)
  return { seed, publicKey, address: toHex(validatorAddress(publicKey)) }
})
const HASH = sha256(Uint8Array.of(7))
const CHAIN_ID = 'light'
const BEGUN_MS = 1_700_000_000_000
const HEIGHT_MS = 1_000
const PERIOD_MS = 60_000
const DRIFT_MS = 10_000

const momentOf = (ms: number): Moment => addMilliseconds({ seconds: 0n, nanoseconds: 0 }, ms)

/** Once in so many times. */
const seldom = (dice: Dice, often: number): boolean => dice.roll(often) === 0

/** Some of those before, and others; sometimes with other powers. */
function someValidators(dice: Dice, before: readonly number[] = []): readonly number[] {
  const kept = before.filter(() => dice.roll(4) > 0)
  const others = Array.from({ length: dice.roll(before.length === 0 ? 6 : 4) }, () =>
    dice.roll(KEYS.length),
  )
  const chosen = [...new Set([...kept, ...others])]
  return chosen.length === 0 ? [dice.roll(KEYS.length)] : chosen
}

function setOf(numbers: readonly number[], dice: Dice): ValidatorSet {
  const isEqual = seldom(dice, 2)
  return createValidatorSet(
    numbers.map((number) => ({
      publicKey: KEYS[number]!.publicKey,
      power: isEqual ? 10n : BigInt(1 + dice.roll(40)),
    })),
  )
}

type SignOptions = Pick<Commit, 'height' | 'round' | 'blockId'> & { readonly chainId: string }

/** Most sign; some do not come, want nothing, or sign something else. */
function signatureOf(address: Uint8Array, signed: SignOptions, dice: Dice): CommitSig {
  const flag = dice.roll(8)
  if (flag === 0) return { flag: 'absent' }
  const { seed, publicKey } = KEYS.find((key) => key.address === toHex(address))!
  const timestamp = momentOf(BEGUN_MS + dice.roll(100_000))
  const isNil = flag === 1
  const { chainId, blockId, ...place } = signed
  const vote = {
    ...place,
    type: 'precommit',
    timestamp,
    blockId: isNil ? undefined : blockId,
  } as const
  const signature = signMessage(
    { seed, publicKey },
    stockDialect.prehash(canonicalVoteBytes(chainId, vote)),
  )
  if (seldom(dice, 40)) signature[dice.roll(64)]! ^= 1
  return { flag: isNil ? 'nil' : 'commit', validatorAddress: address, timestamp, signature }
}

function commitOf(header: Header, validators: ValidatorSet, dice: Dice): Commit {
  const hash = seldom(dice, 25) ? HASH : headerHash(header)
  const blockId: BlockId = { hash, partSetHeader: { total: 1, hash: HASH } }
  const place = {
    height: seldom(dice, 25) ? header.height + 1n : header.height,
    round: dice.roll(3),
    blockId,
  }
  const chainId = seldom(dice, 25) ? 'another' : CHAIN_ID
  const addresses = validators.validators.map(({ address }) => address)
  let signatures = addresses.map((address) => signatureOf(address, { ...place, chainId }, dice))
  if (seldom(dice, 20)) signatures = signatures.toReversed()
  if (seldom(dice, 20)) signatures = [...signatures, dice.pick(signatures)]
  if (seldom(dice, 20)) signatures = [dice.pick(signatures), ...signatures.slice(1)]
  return { ...place, signatures }
}

interface Claimed {
  readonly height: bigint
  readonly ms: number
  readonly validators: ValidatorSet
  readonly next: ValidatorSet
  readonly before: BlockId | undefined
}

function headerOf({ height, ms, validators, next, before }: Claimed, dice: Dice): Header {
  return {
    version: { block: 11n, app: 1n },
    chainId: seldom(dice, 40) ? 'another' : CHAIN_ID,
    height,
    time: momentOf(ms),
    lastBlockId: before,
    lastCommitHash: HASH,
    dataHash: HASH,
    validatorsHash: validatorsHash(validators.validators),
    nextValidatorsHash: validatorsHash(next.validators),
    consensusHash: HASH,
    appHash: HASH,
    lastResultsHash: HASH,
    evidenceHash: HASH,
    proposerAddress: validators.validators[0]!.address,
  }
}

/** A block that is trusted, and another: most often the next one, or a later one. */
function stepOf(dice: Dice) {
  const height = BigInt(1 + dice.roll(1000))
  const ahead = dice.pick([1, 1, 1, 2, 2, 3, 10, 0, -1])
  const numbers = someValidators(dice)
  const [validators, later] = [setOf(numbers, dice), setOf(someValidators(dice, numbers), dice)]
  const next = ahead === 1 && !seldom(dice, 8) ? later : setOf(numbers, dice)
  const ms = BEGUN_MS + Number(height) * HEIGHT_MS
  const backwards: BlockId = { hash: HASH, partSetHeader: { total: 1, hash: HASH } }
  const other = {
    ...{ height: height + BigInt(ahead), ms: ms + ahead * HEIGHT_MS, next: later },
    validators: later,
    before: backwards,
  }
  const msAside = seldom(dice, 15) ? dice.pick([-20_000, -1000, 0, 20_000]) : 0
  const header = headerOf({ ...other, ms: other.ms + msAside }, dice)
  const untrusted: LightBlock = {
    signedHeader: { header, commit: commitOf(header, later, dice) },
    validatorSet: seldom(dice, 25) ? setOf(someValidators(dice), dice) : later,
  }
  // A block of which the trusted one says that it comes before it.
  const named: BlockId = { hash: headerHash(header), partSetHeader: { total: 1, hash: HASH } }
  const before = ahead < 0 && !seldom(dice, 4) ? named : backwards
  const own = headerOf({ height, ms, validators, next, before }, dice)
  const trusted: LightBlock = {
    signedHeader: { header: own, commit: commitOf(own, validators, dice) },
    validatorSet: validators,
  }
  return { trusted, untrusted, ms }
}

const LEVELS: readonly TrustLevel[] = [
  { numerator: 1n, denominator: 3n },
  { numerator: 1n, denominator: 3n },
  { numerator: 1n, denominator: 2n },
  { numerator: 2n, denominator: 3n },
  { numerator: 1n, denominator: 1n },
]

/** What a check says, by the kind of its refusal. */
function wordOf(check: () => void): string {
  try {
    check()
    return 'ok'
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const [area, reason = ''] = error.reason.split('.')
    return area === 'light' ? reason : 'commit'
  }
}

/** Steps forwards and backwards, at different times and with different trust. */
export function verifyQuestions(count: number, dice: Dice): readonly LightQuestion[] {
  return Array.from({ length: count }, () => {
    const { trusted, untrusted, ms } = stepOf(dice)
    const trustLevel = dice.pick(LEVELS)
    // At the very end of the time that a block is trusted for, one millisecond before, or after.
    const ageMs = seldom(dice, 8) ? PERIOD_MS + dice.roll(3) - 1 : 1 + dice.roll(PERIOD_MS - 2)
    const nowMs = ms + ageMs
    const now = momentOf(nowMs)
    const rules: LightRules = {
      dialect: stockDialect,
      trustLevel,
      trustPeriodMs: PERIOD_MS,
      clockDriftMs: DRIFT_MS,
    }
    const step = { trusted, untrusted }
    const { signedHeader } = trusted
    const words = [
      ...[trusted, untrusted].map((block) => toHex(encode(LightBlock, block))),
      ...[PERIOD_MS, nowMs, DRIFT_MS, trustLevel.numerator, trustLevel.denominator],
    ]
    const own = [
      wordOf(() => verifyAdjacent(step, rules, now)),
      wordOf(() => verifyNonAdjacent(step, rules, now)),
      wordOf(() => verifyForwards(step, rules, now)),
      wordOf(() => verifyBackwards(signedHeader.header, untrusted.signedHeader.header)),
      String(isExpired(signedHeader, rules, now)),
    ]
    return { line: `verify ${words.join(' ')}`, own }
  })
}

/** Fractions around a third and around all. */
export function levelQuestions(): readonly LightQuestion[] {
  const numbers = Array.from({ length: 8 }, (_, i) => i)
  return numbers.flatMap((numerator) =>
    numbers.map((denominator) => {
      const level = { numerator: BigInt(numerator), denominator: BigInt(denominator) }
      const own = [wordOf(() => checkTrustLevel(level))]
      return { line: `level ${numerator} ${denominator}`, own }
    }),
  )
}
