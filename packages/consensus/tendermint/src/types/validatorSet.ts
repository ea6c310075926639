import type { Infer } from '@wadi/protobuf/codec'
import { field, message, optional, repeated } from '@wadi/protobuf/message'
import { int64 } from '@wadi/protobuf/scalars'
import { VALIDATORS_MAX } from '../limits.ts'
import { Validator } from './validator.ts'

/**
 * Validators by descending power, then by address; who proposes in the round that the priorities
 * are of; and the sum of the powers. See `validators/` for what makes and changes one.
 */
export const ValidatorSet = message({
  validators: repeated(1, Validator, { countMax: VALIDATORS_MAX }),
  /** Undefined if there are no validators. */
  proposer: optional(2, Validator),
  /** On the wire it is nobody's word: 0 where the reference writes it, ignored where it reads. */
  totalVotingPower: field(3, int64),
})
export type ValidatorSet = Infer<typeof ValidatorSet>
