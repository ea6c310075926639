/** What staking writes. Every account and delegation goes through here, so that indices agree. */

import type {
  Account,
  DebondingDelegation,
  Delegation,
  EpochSigning,
  Parameters,
} from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import type { Address } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import { add, type Quantity } from '@wadi/primitives/quantity'
import { erase, mark, read, type State, write } from '../kernel/state.ts'

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

/**
 * Queues what is to be paid out. What ends in the same epoch is one entry. None are an entry too.
 */
export function addDebondingDelegation(
  state: State,
  delegator: Address,
  escrow: Address,
  { shares, debondEnd }: DebondingDelegation,
): void {
  const key = [delegator, escrow, debondEnd] as const
  const before = read(state, keys.debondingDelegations, ...key)
  const sum = before === undefined ? shares : add(before.shares, shares)
  mark(state, keys.debondingQueue, debondEnd, delegator, escrow)
  write(state, keys.debondingDelegations, key, { shares: sum, debondEnd })
}

/** Takes out what was paid out. */
export function removeDebondingDelegation(
  state: State,
  delegator: Address,
  escrow: Address,
  end: Epoch,
): void {
  erase(state, keys.debondingQueue, end, delegator, escrow)
  erase(state, keys.debondingDelegations, delegator, escrow, end)
}

/** Writes all base units there are. */
export function setTotalSupply(state: State, amount: Quantity): void {
  write(state, keys.totalSupply, [], amount)
}

/** Writes what rewards are paid from. */
export function setCommonPool(state: State, amount: Quantity): void {
  write(state, keys.commonPool, [], amount)
}

/** Writes what voters and the next proposer get of this block's fees. */
export function setLastBlockFees(state: State, amount: Quantity): void {
  write(state, keys.lastBlockFees, [], amount)
}

/** Writes the deposits of the proposals that are open. */
export function setGovernanceDeposits(state: State, amount: Quantity): void {
  write(state, keys.governanceDeposits, [], amount)
}

/** Writes who signed how many of this epoch's blocks. */
export function setEpochSigning(state: State, signing: EpochSigning): void {
  write(state, keys.epochSigning, [], signing)
}

/** Begins an epoch's count anew. */
export function clearEpochSigning(state: State): void {
  erase(state, keys.epochSigning)
}

/** Writes staking's parameters. */
export function setParameters(state: State, params: Parameters): void {
  write(state, keys.parameters, [], params)
}
