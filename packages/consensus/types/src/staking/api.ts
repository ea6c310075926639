/** What staking is asked. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { i64, text, u8 } from '@wadi/cbor/scalars'
import { flatten, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Quantity } from '@wadi/primitives/quantity'
import { askedAt, askedBy, grown, watched } from '../api.ts'
import { Event } from './events.ts'
import {
  Account,
  DebondingDelegation,
  Delegation,
  Genesis,
  Parameters,
  SharePool,
  ThresholdKind,
} from './types.ts'

/** Which minimum of stake is asked for. */
export const ThresholdQuery = struct({ height: i64, kind: ThresholdKind })
export type ThresholdQuery = Infer<typeof ThresholdQuery>

/** Whose account or delegations are asked for. */
export const OwnerQuery = struct({ height: i64, owner: Address })
export type OwnerQuery = Infer<typeof OwnerQuery>

/** Who may withdraw from whom. */
export const AllowanceQuery = struct({ height: i64, owner: Address, beneficiary: Address })
export type AllowanceQuery = Infer<typeof AllowanceQuery>

/** A delegation, and the pool that its shares are shares of. */
export const DelegationInfo = struct({ delegation: flatten(Delegation), pool: SharePool })
export type DelegationInfo = Infer<typeof DelegationInfo>

/** A delegation that is being paid out, and the pool that its shares are shares of. */
export const DebondingDelegationInfo = struct({
  delegation: flatten(DebondingDelegation),
  pool: SharePool,
})
export type DebondingDelegationInfo = Infer<typeof DebondingDelegationInfo>

export const calls = {
  'Staking/TokenSymbol': askedAt(text),
  'Staking/TokenValueExponent': askedAt(u8),
  'Staking/TotalSupply': askedAt(Quantity),
  'Staking/CommonPool': askedAt(Quantity),
  'Staking/LastBlockFees': askedAt(Quantity),
  'Staking/GovernanceDeposits': askedAt(Quantity),
  'Staking/Threshold': askedBy(ThresholdQuery, Quantity),
  'Staking/Addresses': askedAt(grown(Address)),
  'Staking/CommissionScheduleAddresses': askedAt(grown(Address)),
  'Staking/Account': askedBy(OwnerQuery, Account),
  /** By escrow account, as are the next one and those of what is being paid out to somebody. */
  'Staking/DelegationsFor': askedBy(OwnerQuery, mapOf(Address, Delegation)),
  'Staking/DelegationInfosFor': askedBy(OwnerQuery, mapOf(Address, DelegationInfo)),
  /** By delegator. */
  'Staking/DelegationsTo': askedBy(OwnerQuery, mapOf(Address, Delegation)),
  'Staking/DebondingDelegationsFor': askedBy(OwnerQuery, mapOf(Address, list(DebondingDelegation))),
  'Staking/DebondingDelegationInfosFor': askedBy(
    OwnerQuery,
    mapOf(Address, list(DebondingDelegationInfo)),
  ),
  /** By delegator. */
  'Staking/DebondingDelegationsTo': askedBy(OwnerQuery, mapOf(Address, list(DebondingDelegation))),
  'Staking/Allowance': askedBy(AllowanceQuery, Quantity),
  'Staking/StateToGenesis': askedAt(Genesis),
  'Staking/ConsensusParameters': askedAt(Parameters),
  'Staking/GetEvents': askedAt(grown(Event)),
} as const

export const streams = {
  'Staking/WatchEvents': watched(Event),
} as const
