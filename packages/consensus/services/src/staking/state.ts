/** What staking writes. Every account and delegation goes through here, so that indices agree. */

import type { Account, Delegation } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import type { Address } from '@wadi/primitives/address'
import type { Quantity } from '@wadi/primitives/quantity'
import { erase, mark, type State, write } from '../kernel/state.ts'

/** Writes an account, and whether it has a commission schedule. */
export function setAccount(state: State, address: Address, account: Account): void {
  write(state, keys.accounts, [address], account)
  const { rates, bounds } = account.escrow.commissionSchedule
  if (rates.length === 0 && bounds.length === 0)
    erase(state, keys.commissionScheduleAddresses, address)
  else mark(state, keys.commissionScheduleAddresses, address)
}

/** Writes how many shares somebody has, under both keys; none leave no entry. */
export function setDelegation(
  state: State,
  delegator: Address,
  escrow: Address,
  delegation: Delegation,
): void {
  if (delegation.shares === 0n) {
    erase(state, keys.delegations, escrow, delegator)
    erase(state, keys.delegationsByDelegator, delegator, escrow)
  } else {
    write(state, keys.delegations, [escrow, delegator], delegation)
    write(state, keys.delegationsByDelegator, [delegator, escrow], delegation)
  }
}

/** Writes all base units there are. */
export function setTotalSupply(state: State, amount: Quantity): void {
  write(state, keys.totalSupply, [], amount)
}
