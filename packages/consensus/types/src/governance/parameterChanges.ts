import type { Infer } from '@wadi/cbor/codec'
import { bool, u8 } from '@wadi/cbor/scalars'
import { optional, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { Quantity } from '@wadi/primitives/quantity'
import { changedMap } from '../changedMap.ts'
import { GasCosts } from '../gas.ts'

/** What a proposal may change of governance's own parameters; undefined stays as it is. */
export const ParameterChanges = struct({
  gasCosts: changedMap(GasCosts),
  minProposalDeposit: optional(Quantity),
  votingPeriod: optional(Epoch),
  stakeThreshold: optional(u8),
  upgradeMinEpochDiff: optional(Epoch),
  upgradeCancelMinEpochDiff: optional(Epoch),
  enableChangeParametersProposal: optional(bool),
})
export type ParameterChanges = Infer<typeof ParameterChanges>
