import type { Infer } from '@wadi/cbor/codec'
import { i64, u8 } from '@wadi/cbor/scalars'
import { nilable, optional, struct } from '@wadi/cbor/struct'

/** What a proposal may change of the scheduler's parameters; undefined stays as it is. */
export const ParameterChanges = struct({
  minValidators: nilable(i64),
  maxValidators: nilable(i64),
  votingPowerDistribution: optional(u8),
})
export type ParameterChanges = Infer<typeof ParameterChanges>
