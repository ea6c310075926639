/** Every key of staking. */

import { keyFormat, u64Key } from '@wadi/primitives/keyFormat'
import { Quantity } from '@wadi/primitives/quantity'
import { addressKey, cborValue, emptyValue } from '../state/stateTable.ts'
import { Account, DebondingDelegation, Delegation, EpochSigning, Parameters } from './types.ts'

/** The ledger, by address. */
export const accounts = {
  name: 'staking.accounts',
  keys: keyFormat(0x50, addressKey),
  value: cborValue(Account),
} as const

/** All base units there are. */
export const totalSupply = {
  name: 'staking.totalSupply',
  keys: keyFormat(0x51),
  value: cborValue(Quantity),
} as const

/** What rewards are paid from. */
export const commonPool = {
  name: 'staking.commonPool',
  keys: keyFormat(0x52),
  value: cborValue(Quantity),
} as const

/** Escrow account, then delegator. */
export const delegations = {
  name: 'staking.delegations',
  keys: keyFormat(0x53, addressKey, addressKey),
  value: cborValue(Delegation),
} as const

/** Delegator, escrow account, epoch of its end. */
export const debondingDelegations = {
  name: 'staking.debondingDelegations',
  keys: keyFormat(0x54, addressKey, addressKey, u64Key),
  value: cborValue(DebondingDelegation),
} as const

/** Epoch of its end, delegator, escrow account. */
export const debondingQueue = {
  name: 'staking.debondingQueue',
  keys: keyFormat(0x55, u64Key, addressKey, addressKey),
  value: emptyValue,
} as const

/** Staking's parameters. */
export const parameters = {
  name: 'staking.parameters',
  keys: keyFormat(0x56),
  value: cborValue(Parameters),
} as const

/** Absent before the end of the first block. */
export const lastBlockFees = {
  name: 'staking.lastBlockFees',
  keys: keyFormat(0x57),
  value: cborValue(Quantity),
} as const

/** Who signed how many blocks of the current epoch. */
export const epochSigning = {
  name: 'staking.epochSigning',
  keys: keyFormat(0x58),
  value: cborValue(EpochSigning),
} as const

/** The deposits of the proposals that are open. */
export const governanceDeposits = {
  name: 'staking.governanceDeposits',
  keys: keyFormat(0x59),
  value: cborValue(Quantity),
} as const

/** The same as {@link delegations}, found by the delegator: delegator, then escrow account. */
export const delegationsByDelegator = {
  name: 'staking.delegationsByDelegator',
  keys: keyFormat(0x5a, addressKey, addressKey),
  value: cborValue(Delegation),
} as const

/** The accounts that have a commission schedule. */
export const commissionScheduleAddresses = {
  name: 'staking.commissionScheduleAddresses',
  keys: keyFormat(0x5b, addressKey),
  value: emptyValue,
} as const
