/** What staking tells. These bodies are hashed into the block: order and bytes matter. */

import type { Infer } from '@wadi/cbor/codec'
import { bool, i64 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Epoch } from '@wadi/primitives/epoch'
import { Hash } from '@wadi/primitives/hash'
import { Quantity } from '@wadi/primitives/quantity'

/** Base units went from one account to another. */
export const TransferEvent = struct({ from: Address, to: Address, amount: Quantity })
export type TransferEvent = Infer<typeof TransferEvent>

/** Base units are gone for good. */
export const BurnEvent = struct({ owner: Address, amount: Quantity })
export type BurnEvent = Infer<typeof BurnEvent>

/** Somebody delegated, or a reward was added when `newShares` is zero. */
export const AddEscrowEvent = struct({
  owner: Address,
  escrow: Address,
  amount: Quantity,
  newShares: Quantity,
})
export type AddEscrowEvent = Infer<typeof AddEscrowEvent>

/** An escrow account was slashed. */
export const TakeEscrowEvent = struct({
  owner: Address,
  amount: Quantity,
  debondingAmount: Quantity,
})
export type TakeEscrowEvent = Infer<typeof TakeEscrowEvent>

/** Somebody wants a delegation back and waits for it now. */
export const DebondingStartEvent = struct({
  owner: Address,
  escrow: Address,
  amount: Quantity,
  activeShares: Quantity,
  debondingShares: Quantity,
  debondEndTime: Epoch,
})
export type DebondingStartEvent = Infer<typeof DebondingStartEvent>

/** The wait is over: the delegator has the base units. */
export const ReclaimEscrowEvent = struct({
  owner: Address,
  escrow: Address,
  amount: Quantity,
  shares: Quantity,
})
export type ReclaimEscrowEvent = Infer<typeof ReclaimEscrowEvent>

/** An account allows another one more or less than before. */
export const AllowanceChangeEvent = struct({
  owner: Address,
  beneficiary: Address,
  allowance: Quantity,
  negative: omitEmpty(bool),
  amountChange: Quantity,
})
export type AllowanceChangeEvent = Infer<typeof AllowanceChangeEvent>

/** Bodies by kind, as in the attributes of a block's results. */
export const events = {
  transfer: TransferEvent,
  burn: BurnEvent,
  add_escrow: AddEscrowEvent,
  take_escrow: TakeEscrowEvent,
  debonding_start: DebondingStartEvent,
  reclaim_escrow: ReclaimEscrowEvent,
  allowance_change: AllowanceChangeEvent,
} as const

/** One of the events of escrow accounts. */
export const EscrowEvent = struct({
  add: optional(AddEscrowEvent),
  take: optional(TakeEscrowEvent),
  debondingStart: optional(DebondingStartEvent),
  reclaim: optional(ReclaimEscrowEvent),
})
export type EscrowEvent = Infer<typeof EscrowEvent>

/** An event as the API gives it. */
export const Event = struct({
  height: omitEmpty(i64),
  txHash: omitEmpty(Hash),
  transfer: optional(TransferEvent),
  burn: optional(BurnEvent),
  escrow: optional(EscrowEvent),
  allowanceChange: optional(AllowanceChangeEvent),
})
export type Event = Infer<typeof Event>
