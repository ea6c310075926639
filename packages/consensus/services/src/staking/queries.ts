/** What anybody may read of the ledger. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import {
  Account,
  DebondingDelegation,
  Delegation,
  EpochSigning,
  GeneralAccount,
  type Parameters,
  type ThresholdKind,
} from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import * as keys from '@wadi/consensus/staking/keys'
import { type Address, printAddress } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import { type Quantity, ZERO } from '@wadi/primitives/quantity'
import {
  COMMON_POOL_ADDRESS,
  FEE_ACCUMULATOR_ADDRESS,
  GOVERNANCE_DEPOSITS_ADDRESS,
  isReservedAddress,
} from '@wadi/primitives/reservedAddresses'
import { entriesOf, type ReadableState, read, readExisting } from '../kernel/state.ts'
import { plainErrors } from './errors.ts'

/** An account; nobody's is empty. Reserved addresses have none: to ask for one is an error. */
export function accountOf(state: ReadableState, address: Address): Account {
  if (isReservedAddress(address)) throw plainErrors.invalidAddress(printAddress(address))
  return read(state, keys.accounts, address) ?? zero(Account)
}

/** An account as the API shows it: where an address stands for a pool, with what is in there. */
export function shownAccountOf(state: ReadableState, address: Address): Account {
  const pool = POOLS.find(([reserved]) => equalBytes(reserved, address))
  if (pool === undefined) return accountOf(state, address)
  const [, balanceOf] = pool
  return make(Account, { general: make(GeneralAccount, { balance: balanceOf(state) }) })
}

/** All addresses that have an account, in order. */
export function addressesOf(state: ReadableState): readonly Address[] {
  return Array.from(entriesOf(state, keys.accounts), ([[address]]) => address)
}

/** All addresses that have a commission schedule, in order. */
export function commissionScheduleAddressesOf(state: ReadableState): readonly Address[] {
  return Array.from(entriesOf(state, keys.commissionScheduleAddresses), ([[address]]) => address)
}

/** What is in an account's active pool. */
export function escrowBalanceOf(state: ReadableState, address: Address): Quantity {
  return accountOf(state, address).escrow.active.balance
}

/** Staking's parameters. */
export function parametersOf(state: ReadableState): Parameters {
  return readExisting(state, keys.parameters)
}

/** A threshold of the network. One that it does not name is an error. */
export function thresholdOf(state: ReadableState, kind: ThresholdKind): Quantity {
  const threshold = parametersOf(state).thresholds.get(kind)
  if (threshold === undefined) throw errors.invalidThreshold()
  return threshold
}

/** How much somebody may withdraw from an account. */
export function allowanceOf(state: ReadableState, owner: Address, beneficiary: Address): Quantity {
  return shownAccountOf(state, owner).general.allowances.get(beneficiary) ?? ZERO
}

/** All base units there are. */
export function totalSupplyOf(state: ReadableState): Quantity {
  return read(state, keys.totalSupply) ?? ZERO
}

/** What rewards are paid from. */
export function commonPoolOf(state: ReadableState): Quantity {
  return read(state, keys.commonPool) ?? ZERO
}

/** What voters and the next proposer get of the last block's fees. */
export function lastBlockFeesOf(state: ReadableState): Quantity {
  return read(state, keys.lastBlockFees) ?? ZERO
}

/** The deposits of the proposals that are open. */
export function governanceDepositsOf(state: ReadableState): Quantity {
  return read(state, keys.governanceDeposits) ?? ZERO
}

/** Who signed how many of this epoch's blocks. */
export function epochSigningOf(state: ReadableState): EpochSigning {
  return read(state, keys.epochSigning) ?? zero(EpochSigning)
}

/** How many shares of an escrow account somebody has. */
export function delegationOf(
  state: ReadableState,
  delegator: Address,
  escrow: Address,
): Delegation {
  return read(state, keys.delegations, escrow, delegator) ?? zero(Delegation)
}

/** Who has shares of an escrow account: delegators in order. */
export function delegationsTo(
  state: ReadableState,
  escrow: Address,
): readonly (readonly [delegator: Address, Delegation])[] {
  return Array.from(entriesOf(state, keys.delegations, escrow), ([[, delegator], delegation]) => [
    delegator,
    delegation,
  ])
}

/** Of which escrow accounts somebody has shares: those accounts in order. */
export function delegationsFor(
  state: ReadableState,
  delegator: Address,
): readonly (readonly [escrow: Address, Delegation])[] {
  return Array.from(
    entriesOf(state, keys.delegationsByDelegator, delegator),
    ([[, escrow], delegation]) => [escrow, delegation],
  )
}

/** A delegation that is being paid out. */
export interface Debonding {
  readonly delegator: Address
  readonly escrow: Address
  readonly delegation: DebondingDelegation
}

/** What is being paid out, in the order of the keys: delegator, escrow account, end. */
export function* debondingDelegationsOf(
  state: ReadableState,
  ...delegator: [] | [Address]
): Generator<Debonding> {
  for (const [[owner, escrow], delegation] of entriesOf(
    state,
    keys.debondingDelegations,
    ...delegator,
  ))
    yield { delegator: owner, escrow, delegation }
}

/** A list of entries for every address, in the order in which those come first. */
function byAddress<T>(
  entries: Iterable<readonly [Address, T]>,
): readonly (readonly [Address, readonly T[]])[] {
  const groups = Map.groupBy(entries, ([address]) => toHex(address)).values()
  return Array.from(groups, (group) => [group[0]![0], group.map(([, value]) => value)])
}

/** What is being paid out to somebody, by escrow account. */
export function debondingDelegationsFor(
  state: ReadableState,
  delegator: Address,
): readonly (readonly [escrow: Address, readonly DebondingDelegation[]])[] {
  const own = Array.from(debondingDelegationsOf(state, delegator))
  return byAddress(own.map(({ escrow, delegation }) => [escrow, delegation]))
}

/** What is being paid out of an escrow account, by delegator. */
export function debondingDelegationsTo(
  state: ReadableState,
  escrow: Address,
): readonly (readonly [delegator: Address, readonly DebondingDelegation[]])[] {
  const all = Array.from(debondingDelegationsOf(state))
  const own = all.filter((debonding) => equalBytes(debonding.escrow, escrow))
  return byAddress(own.map(({ delegator, delegation }) => [delegator, delegation]))
}

/** A place in the queue of what is being paid out. */
export interface QueuedDebonding extends Debonding {
  readonly end: Epoch
}

/** What has waited long enough by an epoch, in the order of its end, delegator, escrow account. */
export function expiredDebondingsOf(
  state: ReadableState,
  epoch: Epoch,
): readonly QueuedDebonding[] {
  const expired: QueuedDebonding[] = []
  for (const [[end, delegator, escrow]] of entriesOf(state, keys.debondingQueue)) {
    if (end > epoch) break
    const delegation = read(state, keys.debondingDelegations, delegator, escrow, end)
    expired.push({ end, delegator, escrow, delegation: delegation ?? zero(DebondingDelegation) })
  }
  return expired
}

const POOLS = [
  [COMMON_POOL_ADDRESS, commonPoolOf],
  [FEE_ACCUMULATOR_ADDRESS, lastBlockFeesOf],
  [GOVERNANCE_DEPOSITS_ADDRESS, governanceDepositsOf],
] as const
