import type { Infer } from '@wadi/protobuf/codec'
import { embedded, field, message } from '@wadi/protobuf/message'
import { bytes, enumOf, int32, int64 } from '@wadi/protobuf/scalars'
import { NilableBlockId } from './blockId.ts'
import { Timestamp } from './timestamp.ts'

/** The two votes of a round. */
export const VoteType = enumOf({ prevote: 1, precommit: 2 })
export type VoteType = Infer<typeof VoteType>

/** A validator's vote for a block, or for none. */
export const Vote = message({
  type: field(1, VoteType),
  height: field(2, int64),
  round: field(3, int32),
  blockId: field(4, embedded(NilableBlockId)),
  timestamp: field(5, embedded(Timestamp)),
  validatorAddress: field(6, bytes),
  validatorIndex: field(7, int32),
  signature: field(8, bytes),
})
export type Vote = Infer<typeof Vote>
