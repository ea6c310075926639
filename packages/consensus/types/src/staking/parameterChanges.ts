import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bool, u32 } from '@wadi/cbor/scalars'
import { nilable, optional, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { Quantity } from '@wadi/primitives/quantity'
import { changedMap } from '../changedMap.ts'
import { GasCosts } from '../gas.ts'
import { RewardStep } from './types.ts'

/** What a proposal may change of staking's parameters; undefined stays as it is. */
export const ParameterChanges = struct({
  debondingInterval: optional(Epoch),
  rewardSchedule: optional(list(RewardStep)),
  gasCosts: changedMap(GasCosts),
  minDelegation: nilable(Quantity),
  minTransfer: nilable(Quantity),
  minTransactBalance: nilable(Quantity),
  minCommissionRate: nilable(Quantity),
  disableTransfers: optional(bool),
  disableDelegation: optional(bool),
  allowEscrowMessages: optional(bool),
  maxAllowances: optional(u32),
  feeSplitWeightPropose: nilable(Quantity),
  feeSplitWeightVote: nilable(Quantity),
  feeSplitWeightNextPropose: nilable(Quantity),
  rewardFactorEpochSigned: nilable(Quantity),
  rewardFactorBlockProposed: nilable(Quantity),
})
export type ParameterChanges = Infer<typeof ParameterChanges>
