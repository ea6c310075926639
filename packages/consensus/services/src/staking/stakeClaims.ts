/** What stake is claimed for: the minimums that an escrow account must hold at the same time. */

import { toHex } from '@wadi/base/bytes'
import { withEntry, withoutEntry } from '@wadi/cbor/collections'
import type { Account, EscrowAccount, Parameters, StakeThreshold } from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import type { Address } from '@wadi/primitives/address'
import { add, type Quantity, ZERO } from '@wadi/primitives/quantity'
import type { ReadableState, State } from '../kernel/state.ts'
import { withEscrow } from './accounts.ts'
import { plainErrors } from './errors.ts'
import { accountOf, parametersOf } from './queries.ts'
import { setAccount } from './state.ts'

type Thresholds = Parameters['thresholds']
type Claims = Iterable<readonly [string, readonly StakeThreshold[] | undefined]>

/** A claim that somebody's account has to stand for. */
export interface OwedClaim {
  readonly address: Address
  readonly claim: string
  readonly thresholds: readonly StakeThreshold[]
}

/** What a threshold is now; the network asks nothing for a kind that it does not name. */
function amountOf(threshold: StakeThreshold, thresholds: Thresholds): Quantity {
  if (threshold.global !== undefined) return thresholds.get(threshold.global) ?? ZERO
  if (threshold.const !== undefined) return threshold.const
  throw plainErrors.invalidThreshold()
}

/** What some minimums make together. */
function sumOf(list: readonly StakeThreshold[] | undefined, thresholds: Thresholds): Quantity {
  return (list ?? []).reduce((sum, threshold) => add(sum, amountOf(threshold, thresholds)), ZERO)
}

/** What all claims of an account make together, `except` left out. */
export function totalOfClaims(claims: Claims, thresholds: Thresholds, except?: string): Quantity {
  let total = ZERO
  for (const [claim, list] of claims)
    if (claim !== except) total = add(total, sumOf(list, thresholds))
  return total
}

function checkClaims({ escrow }: Account, thresholds: Thresholds): void {
  const total = totalOfClaims(escrow.stakeAccumulator.claims, thresholds)
  if (escrow.active.balance < total) throw errors.insufficientStake()
}

function withClaims(
  account: Account,
  claims: EscrowAccount['stakeAccumulator']['claims'],
): Account {
  return withEscrow(account, { stakeAccumulator: { claims } })
}

/** Adds a claim, or replaces it, if the stake is enough for it and all others together. */
export function addStakeClaim(
  state: State,
  address: Address,
  claim: string,
  list: readonly StakeThreshold[],
): void {
  const { thresholds } = parametersOf(state)
  const account = accountOf(state, address)
  const { active, stakeAccumulator } = account.escrow
  const others = totalOfClaims(stakeAccumulator.claims, thresholds, claim)
  if (active.balance < add(others, sumOf(list, thresholds))) throw errors.insufficientStake()
  // COMPAT(oasis-core): a claim to nothing is a slice that was never made: null, and not empty.
  const value = list.length === 0 ? undefined : list
  setAccount(state, address, withClaims(account, withEntry(stakeAccumulator.claims, claim, value)))
}

/** Gives up a claim. One that is not there is an error. */
export function removeStakeClaim(state: State, address: Address, claim: string): void {
  const account = accountOf(state, address)
  const { claims } = account.escrow.stakeAccumulator
  if (!claims.has(claim)) throw plainErrors.noSuchClaim(claim)
  setAccount(state, address, withClaims(account, withoutEntry(claims, claim)))
}

/** Refuses an account whose stake is less than what is claimed: staking/4. */
export function checkStakeClaims(state: ReadableState, address: Address): void {
  checkClaims(accountOf(state, address), parametersOf(state).thresholds)
}

/** The stake of many accounts, each read once. Nothing may be written while it is in use. */
export interface StakeSnapshot {
  /** As {@link checkStakeClaims}. */
  check(address: Address): void
  escrowBalance(address: Address): Quantity
}

/** For elections, which ask for the same accounts again and again. */
export function stakeSnapshot(state: ReadableState): StakeSnapshot {
  const { thresholds } = parametersOf(state)
  const accounts = new Map<string, Account>()
  const known = (address: Address) => {
    const key = toHex(address)
    const account = accounts.get(key) ?? accountOf(state, address)
    accounts.set(key, account)
    return account
  }
  return {
    check: (address) => checkClaims(known(address), thresholds),
    escrowBalance: (address) => known(address).escrow.active.balance,
  }
}
