/** What staking keeps in the state: the ledger. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { namedInteger } from '@wadi/cbor/mapped'
import { bool, i64, text, u8, u16, u32, u64 } from '@wadi/cbor/scalars'
import { named, nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Epoch } from '@wadi/primitives/epoch'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Quantity } from '@wadi/primitives/quantity'
import { GasCosts } from '../gas.ts'

/** What a minimum of stake is for. */
export const ThresholdKind = namedInteger(i64, {
  entity: 0n,
  'node-validator': 1n,
  'node-compute': 2n,
  'node-observer': 3n,
  'node-keymanager': 4n,
  'runtime-compute': 5n,
  'runtime-keymanager': 6n,
  'keymanager-churp': 7n,
})
export type ThresholdKind = Infer<typeof ThresholdKind>

/** What stake is slashed for. */
export const SlashReason = namedInteger(u8, {
  'consensus-equivocation': 0x00,
  'consensus-light-client-attack': 0x04,
  'runtime-incorrect-results': 0x80,
  'runtime-equivocation': 0x81,
  'runtime-liveness': 0x82,
})
export type SlashReason = Infer<typeof SlashReason>

/** How much is slashed, and how long the node is frozen. */
export const Slash = struct({ amount: Quantity, freezeInterval: Epoch })
export type Slash = Infer<typeof Slash>

/** The one kind of account hook there is. */
export const HOOK_KINDS = { withdraw: 1 } as const

/** Which module decides about an account. */
export const HookDestination = struct({ module: text })
export type HookDestination = Infer<typeof HookDestination>

/** What an account can spend, and whom it lets spend. */
export const GeneralAccount = struct({
  balance: omitEmpty(Quantity),
  nonce: omitEmpty(u64),
  allowances: omitEmpty(mapOf(Address, Quantity)),
  hooks: omitEmpty(mapOf(u8, HookDestination)),
})
export type GeneralAccount = Infer<typeof GeneralAccount>

/** An amount that belongs to many, by shares. */
export const SharePool = struct({
  balance: omitEmpty(Quantity),
  totalShares: omitEmpty(Quantity),
})
export type SharePool = Infer<typeof SharePool>

/** A commission rate, and from when on. */
export const CommissionRateStep = struct({ start: omitEmpty(Epoch), rate: omitEmpty(Quantity) })
export type CommissionRateStep = Infer<typeof CommissionRateStep>

/** Between what the commission rate may be, and from when on. */
export const CommissionRateBoundStep = struct({
  start: omitEmpty(Epoch),
  rateMin: omitEmpty(Quantity),
  rateMax: omitEmpty(Quantity),
})
export type CommissionRateBoundStep = Infer<typeof CommissionRateBoundStep>

/** What an entity keeps of its delegators' rewards, now and later. */
export const CommissionSchedule = struct({
  rates: omitEmpty(list(CommissionRateStep)),
  bounds: omitEmpty(list(CommissionRateBoundStep)),
})
export type CommissionSchedule = Infer<typeof CommissionSchedule>

/** A minimum of stake: one of the network's, or an amount. */
export const StakeThreshold = struct({
  global: optional(ThresholdKind),
  const: optional(Quantity),
})
export type StakeThreshold = Infer<typeof StakeThreshold>

/** Which minimums an account must hold at the same time, by claim. */
export const StakeAccumulator = struct({
  // COMPAT(oasis-core): the values are slices: null comes from the genesis document and stays.
  claims: omitEmpty(mapOf(text, nilable(list(StakeThreshold)))),
})
export type StakeAccumulator = Infer<typeof StakeAccumulator>

/** What others, or the owner, have delegated to an account. */
export const EscrowAccount = struct({
  active: omitEmpty(SharePool),
  debonding: omitEmpty(SharePool),
  commissionSchedule: omitEmpty(CommissionSchedule),
  stakeAccumulator: omitEmpty(StakeAccumulator),
})
export type EscrowAccount = Infer<typeof EscrowAccount>

/** An account of the ledger; one with nothing in it is an empty map. */
export const Account = struct({
  general: omitEmpty(GeneralAccount),
  escrow: omitEmpty(EscrowAccount),
})
export type Account = Infer<typeof Account>

/** Shares in the active pool of an escrow account. */
export const Delegation = struct({ shares: Quantity })
export type Delegation = Infer<typeof Delegation>

/** Shares in the debonding pool, and when they are paid out. */
export const DebondingDelegation = struct({ shares: Quantity, debondEnd: Epoch })
export type DebondingDelegation = Infer<typeof DebondingDelegation>

/** Who signed how many of an epoch's blocks. */
export const EpochSigning = struct({
  // COMPAT(oasis-core): the Go type has no tags, so the names are capitalised.
  total: named('Total', u64),
  byEntity: named('ByEntity', mapOf(PublicKey, u64)),
})
export type EpochSigning = Infer<typeof EpochSigning>

/** Rewards are scaled so until an epoch. */
export const RewardStep = struct({ until: Epoch, scale: Quantity })
export type RewardStep = Infer<typeof RewardStep>

/** How soon, how often and how low a commission may change. */
export const CommissionScheduleRules = struct({
  rateChangeInterval: omitEmpty(Epoch),
  rateBoundLead: omitEmpty(Epoch),
  maxRateSteps: omitEmpty(u16),
  maxBoundSteps: omitEmpty(u16),
  minCommissionRate: Quantity,
})
export type CommissionScheduleRules = Infer<typeof CommissionScheduleRules>

/** The token, the thresholds, what is rewarded and what is slashed. */
export const Parameters = struct({
  tokenSymbol: omitEmpty(text),
  tokenValueExponent: omitEmpty(u8),
  thresholds: omitEmpty(mapOf(ThresholdKind, Quantity)),
  debondingInterval: omitEmpty(Epoch),
  rewardSchedule: omitEmpty(list(RewardStep)),
  signingRewardThresholdNumerator: omitEmpty(u64),
  signingRewardThresholdDenominator: omitEmpty(u64),
  commissionScheduleRules: omitEmpty(CommissionScheduleRules),
  slashing: omitEmpty(mapOf(SlashReason, Slash)),
  gasCosts: omitEmpty(GasCosts),
  minDelegation: Quantity,
  minTransfer: Quantity,
  minTransactBalance: Quantity,
  disableTransfers: omitEmpty(bool),
  disableDelegation: omitEmpty(bool),
  undisableTransfersFrom: omitEmpty(mapOf(Address, bool)),
  allowEscrowMessages: omitEmpty(bool),
  maxAllowances: omitEmpty(u32),
  feeSplitWeightPropose: Quantity,
  feeSplitWeightVote: Quantity,
  feeSplitWeightNextPropose: Quantity,
  rewardFactorEpochSigned: Quantity,
  rewardFactorBlockProposed: Quantity,
  debugBypassStake: omitEmpty(bool),
})
export type Parameters = Infer<typeof Parameters>

/** Staking's section of the genesis document. */
export const Genesis = struct({
  params: Parameters,
  tokenSymbol: text,
  tokenValueExponent: u8,
  totalSupply: Quantity,
  commonPool: Quantity,
  lastBlockFees: Quantity,
  governanceDeposits: Quantity,
  // COMPAT(oasis-core): these are pointers, slices and maps: null stays, and the hash shows it.
  ledger: omitEmpty(mapOf(Address, nilable(Account))),
  /** By escrow account, then by delegator. */
  delegations: omitEmpty(mapOf(Address, nilable(mapOf(Address, nilable(Delegation))))),
  /** By escrow account, then by delegator. */
  debondingDelegations: omitEmpty(
    mapOf(Address, nilable(mapOf(Address, nilable(list(nilable(DebondingDelegation)))))),
  ),
})
export type Genesis = Infer<typeof Genesis>
