/** Hashes of what is in a block beside the transactions, for which see `transactionProof.ts`. */

import { sha256 } from '@wadi/crypto/hash/sha256'
import { encode } from '@wadi/protobuf/codec'
import { embedded, field, message } from '@wadi/protobuf/message'
import { bytes, int64, uint32 } from '@wadi/protobuf/scalars'
import { HASH_SIZE } from '../limits.ts'
import { merkleRoot } from '../merkle.ts'
import { type Commit, CommitSig } from '../types/commit.ts'
import type { ConsensusParams } from '../types/consensusParams.ts'
import {
  DuplicateVoteEvidence,
  type Evidence,
  LightClientAttackEvidence,
} from '../types/evidence.ts'
import { PublicKey } from '../types/publicKey.ts'
import type { Validator } from '../types/validator.ts'
import { headerHash } from './headerHash.ts'

/** Of the commit of the block before: over its signatures alone. */
export function commitHash({ signatures }: Pick<Commit, 'signatures'>): Uint8Array {
  return merkleRoot(signatures.map((signature) => encode(CommitSig, signature)))
}

/** The encoding of evidence without its kind. */
export function evidenceBytes(evidence: Evidence): Uint8Array {
  return evidence.kind === 'duplicate-vote'
    ? encode(DuplicateVoteEvidence, evidence.body)
    : encode(LightClientAttackEvidence, evidence.body)
}

/** Of the evidence in a block. */
export function evidenceListHash(evidence: readonly Evidence[]): Uint8Array {
  return merkleRoot(evidence.map(evidenceBytes))
}

/** A signed integer as Go's `binary.PutVarint` has it: the sign is the lowest bit. */
function zigzag(value: bigint): Uint8Array {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  while (left >= 0x80n) {
    bytes.push(Number(left & 0x7fn) | 0x80)
    left >>= 7n
  }
  return Uint8Array.of(...bytes, Number(left))
}

/**
 * What names evidence: two pieces with the same name are of the same offence.
 * COMPAT(cometbft): of the block of an attack the last byte of the hash is missing, and a zero is
 * in its place.
 */
export function evidenceHash(evidence: Evidence): Uint8Array {
  if (evidence.kind === 'duplicate-vote') return sha256(evidenceBytes(evidence))
  const { conflictingBlock, commonHeight } = evidence.body
  const height = zigzag(commonHeight)
  const name = new Uint8Array(HASH_SIZE + height.length)
  name.set(headerHash(conflictingBlock.signedHeader.header).subarray(0, HASH_SIZE - 1))
  name.set(height, HASH_SIZE)
  return sha256(name)
}

const SimpleValidator = message({
  publicKey: field(1, embedded(PublicKey)),
  votingPower: field(2, int64),
})

/** Of the validators in their order: keys and powers only. */
export function validatorsHash(validators: readonly Validator[]): Uint8Array {
  return merkleRoot(validators.map((validator) => encode(SimpleValidator, validator)))
}

const DeterministicResult = message({
  code: field(1, uint32),
  data: field(2, bytes),
  gasWanted: field(5, int64),
  gasUsed: field(6, int64),
})

/** What is agreed on of a transaction's result. */
export interface HashedResult {
  readonly code: number
  readonly data: Uint8Array
  readonly gasWanted: bigint
  readonly gasUsed: bigint
}

/** Of the results of a block's transactions; in the header of the next. */
export function resultsHash(results: readonly HashedResult[]): Uint8Array {
  return merkleRoot(results.map((result) => encode(DeterministicResult, result)))
}

const HashedParams = message({ maxBytes: field(1, int64), maxGas: field(2, int64) })

/** Of the parameters: COMPAT(cometbft): of two of them. */
export function consensusParamsHash({ block }: Pick<ConsensusParams, 'block'>): Uint8Array {
  return sha256(encode(HashedParams, block))
}
