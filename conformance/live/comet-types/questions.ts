/** Questions about CometBFT's types, each with our answer. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import { checkBlockBasics } from '@wadi/tendermint/basic/checkBlockBasics'
import { checkCommit } from '@wadi/tendermint/basic/checkCommit'
import { checkEvidence } from '@wadi/tendermint/basic/checkEvidence'
import { checkHeader } from '@wadi/tendermint/basic/checkHeader'
import { checkLightBlock } from '@wadi/tendermint/basic/checkLightBlock'
import { checkPart } from '@wadi/tendermint/basic/checkPart'
import { checkProposal, checkVote } from '@wadi/tendermint/basic/checkVote'
import { partSetOf } from '@wadi/tendermint/blocks/parts'
import {
  verifyCommit,
  verifyCommitLight,
  verifyCommitTrusting,
} from '@wadi/tendermint/commits/verifyCommit'
import { oasisDialect } from '@wadi/tendermint/dialect'
import {
  commitHash,
  evidenceHash,
  evidenceListHash,
  validatorsHash,
} from '@wadi/tendermint/hashing/contentHashes'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { TOTAL_POWER_MAX } from '@wadi/tendermint/limits'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { signCommit, testTime } from '@wadi/tendermint/testing/signedChain'
import { Block } from '@wadi/tendermint/types/block'
import { BlockId } from '@wadi/tendermint/types/blockId'
import { Commit, type CommitSig } from '@wadi/tendermint/types/commit'
import { Evidence } from '@wadi/tendermint/types/evidence'
import { Header } from '@wadi/tendermint/types/header'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { Part } from '@wadi/tendermint/types/part'
import { Proposal } from '@wadi/tendermint/types/proposal'
import { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import { Vote } from '@wadi/tendermint/types/vote'
import { rotated } from '@wadi/tendermint/validators/priorities'
import { changeValidatorSet, createValidatorSet } from '@wadi/tendermint/validators/validatorSet'
import { Dice } from '../cbor/dice.ts'
import { damagedMessage } from './damagedMessage.ts'
import { goodBlocks, goodMessages } from './goodMessages.ts'

/** A line for the Go program, and what we say to it. */
export interface Question {
  readonly line: string
  readonly own: string
}

const REFUSED = '!'

function orRefused(answer: () => string): string {
  try {
    return answer()
  } catch (error) {
    if (error instanceof CodedError) return REFUSED
    throw error
  }
}

/** Reads a message, checks it, writes it again and gives its hashes. */
type Reading = (bytes: Uint8Array) => string

function reading<T>(schema: Schema<T>, hashesOf: (value: T) => string): Reading {
  return (bytes) => {
    const value = decode(schema, bytes)
    const hashes = hashesOf(value)
    return `${toHex(encode(schema, value))} ${hashes}`
  }
}

function checking<T>(check: (value: T) => void, hashesOf: (value: T) => string = () => '') {
  return (value: T): string => {
    check(value)
    return hashesOf(value)
  }
}

const readings: Readonly<Record<string, Reading>> = {
  block: reading(
    Block,
    checking(
      checkBlockBasics,
      (block) => toHex(headerHash(block.header)) + toHex(partSetOf(block).header.hash),
    ),
  ),
  commit: reading(
    Commit,
    checking(checkCommit, (commit) => toHex(commitHash(commit))),
  ),
  evidence: reading(
    Evidence,
    checking(
      checkEvidence,
      (evidence) => toHex(evidenceListHash([evidence])) + toHex(evidenceHash(evidence)),
    ),
  ),
  header: reading(
    Header,
    checking(checkHeader, (header) => toHex(headerHash(header))),
  ),
  lightBlock: reading(
    LightBlock,
    checking((block) => checkLightBlock(block, block.signedHeader.header.chainId)),
  ),
  part: reading(Part, checking(checkPart)),
  proposal: reading(Proposal, checking(checkProposal)),
  vote: reading(Vote, checking(checkVote)),
}

/** Good and damaged messages: which are accepted, how they are written again, and their hashes. */
export function messageQuestions(count: number, seed: number): readonly Question[] {
  const dice = new Dice(seed)
  const good = Object.entries(goodMessages())
  return Array.from({ length: count }, () => {
    const [name, samples] = dice.pick(good)
    const bytes = damagedMessage(dice.pick(samples), dice)
    const line = `message ${name} ${toHex(bytes)}`
    return { line, own: orRefused(() => readings[name]!(bytes)) }
  })
}

/** What votes and proposals sign. */
export function signQuestions(count: number, seed: number): readonly Question[] {
  const dice = new Dice(seed)
  const { vote, proposal } = goodMessages()
  const chains = ['a', 'x'.repeat(50), 'é']
  return Array.from({ length: count }, () => {
    const chain = dice.pick(chains)
    const round = dice.roll(2 ** 31)
    const height = BigInt(dice.roll(2 ** 31)) * BigInt(dice.roll(2 ** 31))
    const timestamp = { seconds: BigInt(dice.roll(2 ** 32)), nanoseconds: dice.roll(1_000_000_000) }
    const change = { round, height, timestamp }
    if (dice.roll(2) === 0) {
      const value = { ...decode(Vote, dice.pick(vote!)), ...change, type: dice.pick(VOTE_TYPES) }
      const own = toHex(canonicalVoteBytes(chain, value))
      return { line: `sign vote ${chain} ${toHex(encode(Vote, value))}`, own }
    }
    const value = { ...decode(Proposal, dice.pick(proposal!)), ...change, polRound: round - 1 }
    const own = toHex(canonicalProposalBytes(chain, value))
    return { line: `sign proposal ${chain} ${toHex(encode(Proposal, value))}`, own }
  })
}

const VOTE_TYPES = ['prevote', 'precommit'] as const

type Change = readonly [key: string, power: string]

function describe({ validators, proposer, totalVotingPower }: ValidatorSet): string {
  const members = validators.map(
    ({ address, votingPower, proposerPriority }) =>
      `${toHex(address)}:${votingPower}:${proposerPriority},`,
  )
  const hash = toHex(validatorsHash(validators))
  return `${members.join('')}${toHex(proposer!.address)},${totalVotingPower},${hash}`
}

function changesOf(changes: readonly Change[]) {
  return changes.map(([key, power]) => ({
    publicKey: Buffer.from(key, 'hex'),
    power: BigInt(power),
  }))
}

function ownRotation(steps: readonly (number | readonly Change[])[]): string {
  let set: ValidatorSet | undefined
  const answers: string[] = []
  for (const step of steps) {
    const answer = orRefused(() => {
      if (typeof step === 'number') set = rotated(set!, step)
      else if (set === undefined) set = createValidatorSet(changesOf(step))
      else set = rotated(changeValidatorSet(set, changesOf(step)), 1)
      return describe(set)
    })
    answers.push(answer)
    if (set === undefined) break
  }
  return answers.join(' ')
}

/** A power: mostly small, sometimes as large as can be. */
function power(dice: Dice): bigint {
  const kind = dice.roll(12)
  if (kind === 0) return TOTAL_POWER_MAX - BigInt(dice.roll(3))
  if (kind === 1) return TOTAL_POWER_MAX / BigInt(1 + dice.roll(12))
  if (kind === 2) return 1n
  return BigInt(1 + dice.roll(1_000))
}

/** Sets of validators that change and take turns. */
export function rotationQuestions(count: number, seed: number): readonly Question[] {
  const dice = new Dice(seed)
  const key = () => toHex(new Uint8Array(32).fill(dice.roll(12)))
  const change = (): Change => {
    const isRemoval = dice.roll(3) === 0
    return [key(), String(isRemoval ? -dice.roll(2) * dice.roll(2) : power(dice))]
  }
  return Array.from({ length: count }, () => {
    const keys = new Set(Array.from({ length: 1 + dice.roll(9) }, key))
    const first = [...keys].map((one): Change => [one, String(power(dice))])
    const rest = Array.from({ length: dice.roll(12) }, () =>
      dice.roll(2) === 0 ? 1 + dice.roll(4) : Array.from({ length: 1 + dice.roll(3) }, change),
    )
    const steps = [first, ...rest]
    return { line: `rotation ${JSON.stringify(steps)}`, own: ownRotation(steps) }
  })
}

function spoilt(signature: CommitSig, dice: Dice): CommitSig {
  if (signature.flag === 'absent' || dice.roll(12) > 0) return signature
  const bytes = signature.signature.map((byte, i) => (i === dice.roll(64) ? byte ^ 1 : byte))
  return { ...signature, signature: bytes }
}

function isAccepted(verify: () => void): string {
  return orRefused(() => {
    verify()
    return 'y'
  }).replace(REFUSED, 'n')
}

/** Commits with votes missing, for nil, wrong or misplaced; by all ways to verify one. */
export function commitQuestions(count: number, seed: number): readonly Question[] {
  const dice = new Dice(seed)
  const [{ before, blockId }] = goodBlocks() as [ReturnType<typeof goodBlocks>[number]]
  const { validators, chainId } = before.state
  const poll = { validators, blockId, height: 1n, round: 0 }
  const ballots = [undefined, { blockId: undefined }, { blockId }, { blockId }, { blockId }]
  return Array.from({ length: count }, () => {
    const signed = signCommit(before, poll, () => {
      const ballot = dice.pick(ballots)
      return ballot && { ...ballot, timestamp: testTime(dice.roll(9)) }
    })
    const signatures = signed.signatures.map((one) => spoilt(one, dice))
    const places = dice.roll(6) === 0 ? signatures.toReversed() : signatures
    const more = dice.roll(10) === 0 ? [...places, dice.pick(places)] : places
    const round = dice.roll(12) === 0 ? 1 : 0
    const commit = { ...signed, signatures: more, round, height: dice.roll(12) === 0 ? 2n : 1n }
    const [numerator, denominator] = [BigInt(dice.roll(4)), BigInt(dice.roll(5))]
    const words = [
      encode(ValidatorSet, validators),
      encode(Commit, commit),
      encode(BlockId, blockId),
    ]
    const line = `commit ${words.map(toHex).join(' ')} ${chainId} ${numerator} ${denominator}`
    const claim = { chainId, validators, blockId, height: 1n }
    const trust = { chainId, validators, trustLevel: { numerator, denominator } }
    const own = [
      () => verifyCommit(oasisDialect, claim, commit),
      () => verifyCommitLight(oasisDialect, claim, commit),
      () => verifyCommitLight(oasisDialect, claim, commit, 'all'),
      () => verifyCommitTrusting(oasisDialect, trust, commit),
      () => verifyCommitTrusting(oasisDialect, trust, commit, 'all'),
    ]
    return { line, own: own.map(isAccepted).join('') }
  })
}
