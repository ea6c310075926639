/** What transactions ask of staking, and what runtimes get as the result of their messages. */

import type { Infer } from '@wadi/cbor/codec'
import { bool } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Epoch } from '@wadi/primitives/epoch'
import { Quantity } from '@wadi/primitives/quantity'
import { CommissionSchedule } from './types.ts'

/** Body of staking.Transfer: moves base units from the caller to `to`. */
export const Transfer = struct({ to: Address, amount: Quantity })
export type Transfer = Infer<typeof Transfer>

/** Body of staking.Burn: destroys base units of the caller. */
export const Burn = struct({ amount: Quantity })
export type Burn = Infer<typeof Burn>

/** Body of staking.AddEscrow: delegates base units of the caller to `account`. */
export const AddEscrow = struct({ account: Address, amount: Quantity })
export type AddEscrow = Infer<typeof AddEscrow>

/** Body of staking.ReclaimEscrow: begins to take back shares from `account`. */
export const ReclaimEscrow = struct({ account: Address, shares: Quantity })
export type ReclaimEscrow = Infer<typeof ReclaimEscrow>

/** Body of staking.AmendCommissionSchedule. */
export const AmendCommissionSchedule = struct({ amendment: CommissionSchedule })
export type AmendCommissionSchedule = Infer<typeof AmendCommissionSchedule>

/** Body of staking.Allow: raises or lowers what `beneficiary` may withdraw from the caller. */
export const Allow = struct({
  beneficiary: Address,
  negative: omitEmpty(bool),
  amountChange: Quantity,
})
export type Allow = Infer<typeof Allow>

/** Body of staking.Withdraw: takes from an account what it allows the caller. */
export const Withdraw = struct({ from: Address, amount: Quantity })
export type Withdraw = Infer<typeof Withdraw>

/** Bodies by the name of the method. */
export const methodBodies = {
  'staking.Transfer': Transfer,
  'staking.Burn': Burn,
  'staking.AddEscrow': AddEscrow,
  'staking.ReclaimEscrow': ReclaimEscrow,
  'staking.AmendCommissionSchedule': AmendCommissionSchedule,
  'staking.Allow': Allow,
  'staking.Withdraw': Withdraw,
} as const

/** Result of a transfer. */
export const TransferResult = struct({ from: Address, to: Address, amount: Quantity })
export type TransferResult = Infer<typeof TransferResult>

/** Result of adding escrow. */
export const AddEscrowResult = struct({
  owner: Address,
  escrow: Address,
  amount: Quantity,
  newShares: Quantity,
})
export type AddEscrowResult = Infer<typeof AddEscrowResult>

/** Result of reclaiming escrow. */
export const ReclaimEscrowResult = struct({
  owner: Address,
  escrow: Address,
  amount: Quantity,
  debondingShares: Quantity,
  remainingShares: Quantity,
  debondEndTime: Epoch,
})
export type ReclaimEscrowResult = Infer<typeof ReclaimEscrowResult>

/** Result of a withdrawal. */
export const WithdrawResult = struct({
  owner: Address,
  beneficiary: Address,
  allowance: Quantity,
  amountChange: Quantity,
})
export type WithdrawResult = Infer<typeof WithdrawResult>
