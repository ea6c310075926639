import { EMPTY_BYTES } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Moment } from '@wadi/primitives/moment'
import type { Infer, Schema } from '@wadi/protobuf/codec'
import { mapped } from '@wadi/protobuf/mapped'
import { embedded, field, message, repeated } from '@wadi/protobuf/message'
import { bytes, enumOf, int32, int64 } from '@wadi/protobuf/scalars'
import { COMMIT_SIGNATURES_MAX } from '../limits.ts'
import { BlockId } from './blockId.ts'
import { isNoTime, NO_TIME, Timestamp } from './timestamp.ts'

const errors = definePlainErrors('commitSig', {
  notAbsent: 'an absent validator has no address, time or signature',
})

/** A precommit in a commit: whether it was for the block, for nil, or did not come. */
export type CommitSig =
  | { readonly flag: 'absent' }
  | {
      readonly flag: 'commit' | 'nil'
      readonly validatorAddress: Uint8Array
      readonly timestamp: Moment
      readonly signature: Uint8Array
    }

const FlatCommitSig = message({
  flag: field(1, enumOf({ absent: 1, commit: 2, nil: 3 })),
  validatorAddress: field(2, bytes),
  timestamp: field(3, embedded(Timestamp)),
  signature: field(4, bytes),
})

const ABSENT: CommitSig = { flag: 'absent' }
const FLAT_ABSENT = {
  flag: 'absent',
  validatorAddress: EMPTY_BYTES,
  timestamp: NO_TIME,
  signature: EMPTY_BYTES,
} as const

function fromFlat(flat: Infer<typeof FlatCommitSig>): CommitSig {
  const { flag, validatorAddress, timestamp, signature } = flat
  if (flag !== 'absent') return { flag, validatorAddress, timestamp, signature }
  const isNothing = validatorAddress.length === 0 && signature.length === 0 && isNoTime(timestamp)
  if (!isNothing) throw errors.notAbsent()
  return ABSENT
}

export const CommitSig: Schema<CommitSig> = mapped(FlatCommitSig, {
  from: fromFlat,
  to: (signature) => (signature.flag === 'absent' ? FLAT_ABSENT : signature),
})

/** The precommits that decided a block, one place for each validator, in their order. */
export const Commit = message({
  height: field(1, int64),
  round: field(2, int32),
  blockId: field(3, embedded(BlockId)),
  signatures: repeated(4, CommitSig, { countMax: COMMIT_SIGNATURES_MAX }),
})
export type Commit = Infer<typeof Commit>
