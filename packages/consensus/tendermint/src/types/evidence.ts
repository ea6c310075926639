import type { Infer } from '@wadi/protobuf/codec'
import { embedded, field, message, repeated, required } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { int64 } from '@wadi/protobuf/scalars'
import { VALIDATORS_MAX } from '../limits.ts'
import { LightBlock } from './lightBlock.ts'
import { Timestamp } from './timestamp.ts'
import { Validator } from './validator.ts'
import { Vote } from './vote.ts'

/** Two votes of one validator in one step, for different blocks. */
export const DuplicateVoteEvidence = message({
  voteA: required(1, Vote),
  voteB: required(2, Vote),
  totalVotingPower: field(3, int64),
  validatorPower: field(4, int64),
  timestamp: field(5, embedded(Timestamp)),
})
export type DuplicateVoteEvidence = Infer<typeof DuplicateVoteEvidence>

/** A block that was shown to a light client, and is not of the chain. */
export const LightClientAttackEvidence = message({
  conflictingBlock: required(1, LightBlock),
  commonHeight: field(2, int64),
  byzantineValidators: repeated(3, Validator, { countMax: VALIDATORS_MAX }),
  totalVotingPower: field(4, int64),
  timestamp: field(5, embedded(Timestamp)),
})
export type LightClientAttackEvidence = Infer<typeof LightClientAttackEvidence>

/** Proof of what validators did against the protocol. */
export const Evidence = oneOf({
  'duplicate-vote': field(1, DuplicateVoteEvidence),
  'light-client-attack': field(2, LightClientAttackEvidence),
})
export type Evidence = Infer<typeof Evidence>

/** As evidence is in a block, and among peers. */
export const EvidenceList = message({ evidence: repeated(1, Evidence) })
export type EvidenceList = Infer<typeof EvidenceList>
