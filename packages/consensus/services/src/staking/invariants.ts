/** What always holds of the ledger. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Account, SharePool } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { type Address, printAddress } from '@wadi/primitives/address'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { add, type Quantity, ZERO } from '@wadi/primitives/quantity'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { areEpochsMocked, epochOf } from '../beacon/queries.ts'
import type { Violation } from '../kernel/service.ts'
import { entriesOf, has, type ReadableState, read } from '../kernel/state.ts'
import { checkedSchedule } from './commission.ts'
import {
  commonPoolOf,
  debondingDelegationsOf,
  governanceDepositsOf,
  lastBlockFeesOf,
  parametersOf,
  totalSupplyOf,
} from './queries.ts'

interface LedgerEntry {
  readonly address: Address
  readonly account: Account
}

/** What does not hold of a committed state. */
export function* violations(state: ReadableState): Generator<Violation> {
  const ledger = Array.from(entriesOf(state, keys.accounts), ([[address], account]) => ({
    address,
    account,
  }))
  yield* supplyViolations(state, ledger)
  yield* allowanceViolations(ledger)
  yield* scheduleViolations(state, ledger)
  yield* delegationViolations(state)
  yield* debondingViolations(state)
  yield* shareViolations(state, ledger)
}

function* supplyViolations(
  state: ReadableState,
  ledger: readonly LedgerEntry[],
): Generator<Violation> {
  let total = add(commonPoolOf(state), add(lastBlockFeesOf(state), governanceDepositsOf(state)))
  for (const { address, account } of ledger) {
    const { active, debonding } = account.escrow
    total = add(total, add(account.general.balance, add(active.balance, debonding.balance)))
    if (isReservedAddress(address))
      yield { invariant: 'staking.accounts', details: `${printAddress(address)} is reserved` }
  }
  const supply = totalSupplyOf(state)
  if (total !== supply)
    yield { invariant: 'staking.totalSupply', details: `${total} instead of ${supply}` }
}

/** An allowance may be more than there is: of what it was given for some may have been burned. */
function* allowanceViolations(ledger: readonly LedgerEntry[]): Generator<Violation> {
  for (const { address, account } of ledger)
    for (const beneficiary of account.general.allowances.keys()) {
      if (!isReservedAddress(beneficiary)) continue
      const details = `${printAddress(address)} to ${printAddress(beneficiary)}, which is reserved`
      yield { invariant: 'staking.allowances', details }
    }
}

/**
 * Schedules are as the rules want them now, or, where tests may go back behind what a dump began
 * with, as they want them in the end.
 */
function* scheduleViolations(
  state: ReadableState,
  ledger: readonly LedgerEntry[],
): Generator<Violation> {
  const { commissionScheduleRules } = parametersOf(state)
  const epoch = areEpochsMocked(state) ? EPOCH_INVALID : epochOf(state)
  let count = 0
  for (const { address, account } of ledger) {
    const { commissionSchedule } = account.escrow
    if (commissionSchedule.rates.length + commissionSchedule.bounds.length === 0) continue
    count++
    const owner = printAddress(address)
    if (!has(state, keys.commissionScheduleAddresses, address))
      yield { invariant: 'staking.commissionScheduleAddresses', details: `without ${owner}` }
    try {
      checkedSchedule(commissionSchedule, commissionScheduleRules, epoch)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      yield { invariant: 'staking.commissionSchedules', details: `${owner}: ${error.message}` }
    }
  }
  const indexed = countOf(entriesOf(state, keys.commissionScheduleAddresses))
  if (indexed !== count)
    yield {
      invariant: 'staking.commissionScheduleAddresses',
      details: `${indexed} addresses, ${count} schedules`,
    }
}

function countOf(entries: Iterable<unknown>): number {
  let count = 0
  for (const _ of entries) count++
  return count
}

/** Both keys of a delegation say the same. */
function* delegationViolations(state: ReadableState): Generator<Violation> {
  const invariant = 'staking.delegationsByDelegator'
  let count = 0
  for (const [[escrow, delegator], { shares }] of entriesOf(state, keys.delegations)) {
    count++
    if (read(state, keys.delegationsByDelegator, delegator, escrow)?.shares !== shares)
      yield { invariant, details: `${printAddress(delegator)} to ${printAddress(escrow)}` }
  }
  const mirrored = countOf(entriesOf(state, keys.delegationsByDelegator))
  if (mirrored !== count) yield { invariant, details: `${mirrored} instead of ${count}` }
}

/** What is being paid out has one place in the queue. */
function* debondingViolations(state: ReadableState): Generator<Violation> {
  const invariant = 'staking.debondingQueue'
  let count = 0
  for (const [key, { debondEnd }] of entriesOf(state, keys.debondingDelegations)) {
    count++
    const [delegator, escrow, end] = key
    if (end !== debondEnd || !has(state, keys.debondingQueue, end, delegator, escrow))
      yield { invariant, details: `${printAddress(delegator)} to ${printAddress(escrow)}: ${end}` }
  }
  const queued = countOf(entriesOf(state, keys.debondingQueue))
  if (queued !== count) yield { invariant, details: `${queued} entries, ${count} delegations` }
}

/** How many shares of every escrow account are owned, by the hex of its address. */
function sharesByEscrow(
  owned: Iterable<readonly [escrow: Address, shares: Quantity]>,
): Map<string, Quantity> {
  const sums = new Map<string, Quantity>()
  for (const [escrow, shares] of owned) {
    const key = toHex(escrow)
    sums.set(key, add(sums.get(key) ?? ZERO, shares))
  }
  return sums
}

/** All shares of a pool are somebody's, and a pool that is nobody's is empty. */
function* shareViolations(
  state: ReadableState,
  ledger: readonly LedgerEntry[],
): Generator<Violation> {
  const active = sharesByEscrow(
    Array.from(entriesOf(state, keys.delegations), ([[escrow], { shares }]) => [escrow, shares]),
  )
  const debonding = sharesByEscrow(
    Array.from(debondingDelegationsOf(state), ({ escrow, delegation: { shares } }) => [
      escrow,
      shares,
    ]),
  )
  for (const { address, account } of ledger) {
    const { escrow } = account
    const key = toHex(address)
    yield* poolViolations('staking.activeShares', key, escrow.active, active)
    yield* poolViolations('staking.debondingShares', key, escrow.debonding, debonding)
  }
  for (const [invariant, owned] of [
    ['staking.activeShares', active],
    ['staking.debondingShares', debonding],
  ] as const)
    for (const key of owned.keys()) yield { invariant, details: `${key} has no account` }
}

/** Takes what is owned of the pool out of the map. */
function* poolViolations(
  invariant: string,
  key: string,
  { balance, totalShares }: SharePool,
  owned: Map<string, Quantity>,
): Generator<Violation> {
  const shares = owned.get(key)
  owned.delete(key)
  if ((shares ?? ZERO) !== totalShares)
    yield { invariant, details: `${key}: ${shares ?? 0n} of ${totalShares} shares are owned` }
  if (shares === undefined && balance !== 0n)
    yield { invariant, details: `${key}: nobody owns ${balance} base units` }
}
