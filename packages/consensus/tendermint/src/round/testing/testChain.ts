/** A small chain for tests: validators without real keys, blocks without rules. */

import { compareBytes } from '@wadi/base/bytes'
import { sha256 } from '@wadi/crypto/hash/sha256'
import type { Moment } from '@wadi/primitives/moment'
import type { Verified } from '@wadi/primitives/verified'
import { encode } from '@wadi/protobuf/codec'
import { blockIdOf, partSetOfBytes } from '../../blocks/parts.ts'
import { canonicalVoteBytes } from '../../signBytes.ts'
import { bitsWhere } from '../../types/bitArray.ts'
import { Block } from '../../types/block.ts'
import type { BlockId } from '../../types/blockId.ts'
import type { Commit } from '../../types/commit.ts'
import type { Part } from '../../types/part.ts'
import type { Proposal } from '../../types/proposal.ts'
import type { ValidatorSet } from '../../types/validatorSet.ts'
import type { Vote } from '../../types/vote.ts'
import { rotated } from '../../validators/priorities.ts'
import type { Candidate } from '../candidate.ts'
import type { ChainFacts } from '../roundState.ts'

const CHAIN_ID = 'test'
const HASH_SIZE = 32

/** So many seconds after the beginning. */
export function at(seconds: number, milliseconds = 0): Moment {
  const nanoseconds = milliseconds * 1_000_000
  return { seconds: BigInt(1_000_000 + seconds), nanoseconds }
}

/** Validators with such powers; who has the highest, then the lowest address, proposes first. */
export function testValidators(powers: readonly bigint[]): ValidatorSet {
  const validators = powers
    .map((votingPower, i) => {
      const publicKey = sha256(new Uint8Array([i]))
      const address = sha256(publicKey).slice(0, 20)
      return { address, publicKey, votingPower, proposerPriority: 0n }
    })
    .sort((a, b) => Number(b.votingPower - a.votingPower) || compareBytes(a.address, b.address))
  const totalVotingPower = powers.reduce((sum, power) => sum + power, 0n)
  return rotated({ validators, proposer: validators[0], totalVotingPower }, 1)
}

/** A chain whose next block is of a height. */
export function testFacts(validators: ValidatorSet, height: bigint): ChainFacts {
  return {
    initialHeight: 1n,
    lastBlockHeight: height - 1n,
    validators,
    lastValidators: validators,
    appHash: new Uint8Array(HASH_SIZE),
    lastHeaderAppHash: new Uint8Array(HASH_SIZE),
    blockBytesMax: -1n,
  }
}

/** A block with its parts. */
export interface TestBlock {
  readonly block: Block
  readonly blockId: BlockId
  readonly parts: readonly Part[]
}

/** A block of a height that differs from others by its text; `bytes` makes it long. */
export function testBlock(
  height: bigint,
  text: string,
  { time = at(0), bytes = 0 }: { readonly time?: Moment; readonly bytes?: number } = {},
): TestBlock {
  const zero = new Uint8Array(HASH_SIZE)
  const dataHash = sha256(new Uint8Array(Array.from(text, (letter) => letter.charCodeAt(0) & 255)))
  const block: Block = {
    header: {
      version: { block: 11n, app: 0n },
      chainId: CHAIN_ID,
      height,
      time,
      lastBlockId: undefined,
      lastCommitHash: zero,
      dataHash,
      validatorsHash: zero,
      nextValidatorsHash: zero,
      consensusHash: zero,
      appHash: zero,
      lastResultsHash: zero,
      evidenceHash: zero,
      proposerAddress: zero.slice(0, 20),
    },
    transactions: bytes === 0 ? [] : [new Uint8Array(bytes)],
    evidence: [],
    lastCommit: undefined,
  }
  return { block, ...cut(block, encode(Block, block)) }
}

/** A block that may be agreed on, and what its check said. */
export function testCandidate(
  text: string,
  verdict: Candidate['verdict'],
  time?: Moment,
): Candidate {
  const { block, blockId, parts } = testBlock(1n, text, time && { time })
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0)
  const bits = bitsWhere(parts.length, () => true)
  const { partSetHeader: header } = blockId
  return { block, blockId, parts: { header, parts, bits, count: parts.length, bytes }, verdict }
}

/**
 * The same block in an encoding that nobody honest makes: a field that nobody knows is behind it.
 */
export function otherEncoding({ block }: TestBlock): TestBlock {
  const bytes = encode(Block, block)
  const longer = new Uint8Array([...bytes, 0xa0, 0x06, 0x01])
  return { block, ...cut(block, longer) }
}

function cut(block: Block, bytes: Uint8Array): Pick<TestBlock, 'blockId' | 'parts'> {
  const parts = partSetOfBytes(bytes)
  return { blockId: blockIdOf(block, parts), parts: parts.parts }
}

/** A vote as the machine takes it. Its signature tells votes of one validator apart. */
export function testVote(
  validators: ValidatorSet,
  validatorIndex: number,
  vote: Pick<Vote, 'type' | 'height' | 'round' | 'blockId'> & { readonly timestamp?: Moment },
): Verified<Vote> {
  const { type, height, round, blockId, timestamp = at(1) } = vote
  const validatorAddress = validators.validators[validatorIndex]!.address
  const unsigned = { type, height, round, blockId, timestamp, validatorAddress, validatorIndex }
  return signed(unsigned)
}

/** Signs as the test's validators do. */
export function signed(vote: Omit<Vote, 'signature'>): Verified<Vote> {
  const message = canonicalVoteBytes(CHAIN_ID, vote)
  const signature = sha256(new Uint8Array([...message, ...vote.validatorAddress]))
  return { ...vote, signature } as Verified<Vote>
}

/** A proposal as the machine takes it. */
export function testProposal(
  proposal: Pick<Proposal, 'height' | 'round' | 'blockId'> & { readonly polRound?: number },
): Verified<Proposal> {
  const { height, round, blockId, polRound = -1 } = proposal
  const signature = new Uint8Array(64)
  return { height, round, blockId, polRound, timestamp: at(1), signature } as Verified<Proposal>
}

/** A commit of all validators. */
export function testCommit(validators: ValidatorSet, height: bigint, blockId: BlockId): Commit {
  const signatures = validators.validators.map((_, i) => {
    const vote = testVote(validators, i, { type: 'precommit', height, round: 0, blockId })
    const { validatorAddress, timestamp, signature } = vote
    return { flag: 'commit', validatorAddress, timestamp, signature } as const
  })
  return { height, round: 0, blockId, signatures }
}
