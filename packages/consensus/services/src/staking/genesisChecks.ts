/** What a node checks of staking's section before it accepts a genesis document at all. */

import { toHex } from '@wadi/base/bytes'
import type { Account, Genesis, Parameters, SharePool } from '@wadi/consensus/staking'
import { errors as stakingErrors } from '@wadi/consensus/staking/errors'
import { printAddress } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import { add, type Quantity, ZERO } from '@wadi/primitives/quantity'
import { at } from '../kernel/documentPath.ts'
import { checkedSchedule } from './commission.ts'
import { checkedName, errors, present } from './genesis.ts'
import { checkParameters } from './parameters.ts'
import { type OwedClaim, totalOfClaims } from './stakeClaims.ts'

const TOKEN_SYMBOL = /^[A-Z]{1,8}$/
const TOKEN_VALUE_EXPONENT_MAX = 20

/** Where the network begins, and what its nodes allow. */
export interface GenesisTerms {
  readonly epoch: Epoch
  readonly isDebug: boolean
}

/** Refuses a section from which no network could go on. */
export function checkGenesis(genesis: Genesis, terms: GenesisTerms): void {
  const { params, tokenSymbol, tokenValueExponent } = genesis
  at('staking.params', () => checkParameters(params, terms))
  if (!TOKEN_SYMBOL.test(tokenSymbol)) throw errors.tokenSymbol(`staking.token_symbol`)
  if (tokenValueExponent > TOKEN_VALUE_EXPONENT_MAX)
    throw errors.tokenValueExponent(`staking.token_value_exponent: ${tokenValueExponent}`)
  checkSupply(genesis)
  for (const [address, entry] of genesis.ledger) {
    const path = checkedName(address, 'staking.ledger')
    checkAccount(present(entry, path), genesis, terms, path)
  }
  checkTargets(genesis)
  for (const [address, entry] of genesis.ledger) {
    const path = checkedName(address, 'staking.ledger')
    const { active, debonding } = present(entry, path).escrow
    const own = sharesOf(genesis.delegations.get(address))
    checkPool(active, own, errors.activeShares, path)
    const waiting = debondingSharesOf(genesis.debondingDelegations.get(address))
    checkPool(debonding, waiting, errors.debondingShares, path)
  }
}

/**
 * Refuses claims that are more than the stake of the account that they are made to. A claim that is
 * made again takes the place of the one before.
 */
export function checkStake(
  { ledger, params: { thresholds, debugBypassStake } }: Genesis,
  owed: readonly OwedClaim[],
): void {
  if (debugBypassStake) return
  for (const claims of Map.groupBy(owed, ({ address }) => toHex(address)).values()) {
    const { address } = claims[0]!
    const entries = claims.map(({ claim, thresholds: list }) => [claim, list] as const)
    const total = totalOfClaims(new Map(entries), thresholds)
    const balance = ledger.get(address)?.escrow.active.balance ?? ZERO
    if (balance >= total) continue
    const path = `staking.ledger.${printAddress(address)}.escrow.active.balance`
    throw stakingErrors.insufficientStake(`${path}: ${balance}, claimed ${total}`)
  }
}

function checkSupply({ ledger, ...genesis }: Genesis): void {
  const { commonPool, lastBlockFees, governanceDeposits, totalSupply } = genesis
  let total = add(add(commonPool, lastBlockFees), governanceDeposits)
  for (const account of ledger.values()) {
    if (account === undefined) continue
    const { active, debonding } = account.escrow
    total = add(total, add(account.general.balance, add(active.balance, debonding.balance)))
  }
  if (total !== totalSupply)
    throw errors.totalSupply(`staking.total_supply: ${totalSupply}, actual ${total}`)
}

function checkAccount(
  { general, escrow }: Account,
  { params, totalSupply }: { readonly params: Parameters; readonly totalSupply: Quantity },
  { epoch }: GenesisTerms,
  path: string,
): void {
  const { commissionSchedule: schedule } = escrow
  const { commissionScheduleRules: rules } = params
  // COMPAT(oasis-core): the reference divides by zero here, and stops as well.
  const hasSteps = schedule.rates.length + schedule.bounds.length > 0
  if (hasSteps && rules.rateChangeInterval === 0n) throw errors.noRateInterval(path)
  at(`${path}.escrow.commission_schedule`, () => checkedSchedule(schedule, rules, epoch))
  for (const [beneficiary, allowance] of general.allowances) {
    const name = checkedName(beneficiary, `${path}.general.allowances`)
    if (allowance > totalSupply) throw errors.allowance(`${name}: ${allowance}`)
  }
  if (escrow.stakeAccumulator.claims.size > 0) throw errors.stakeClaims(path)
}

/** Nothing is delegated to nobody, or by nobody. */
function checkTargets({ ledger, delegations, debondingDelegations }: Genesis): void {
  const tables = [
    ['staking.delegations', delegations],
    ['staking.debonding_delegations', debondingDelegations],
  ] as const
  for (const [table, targets] of tables)
    for (const [escrow, delegators] of targets) {
      const path = checkedName(escrow, table)
      if (ledger.get(escrow) === undefined) throw errors.noAccount(path)
      for (const delegator of delegators?.keys() ?? []) checkedName(delegator, path)
    }
}

/** What is owned of a pool: undefined if nobody has an entry. */
type Owned = Quantity | undefined

function sharesOf(delegators: ReturnType<Genesis['delegations']['get']>): Owned {
  let owned: Owned
  for (const delegation of delegators?.values() ?? [])
    owned = add(owned ?? ZERO, present(delegation, 'staking.delegations').shares)
  return owned
}

function debondingSharesOf(delegators: ReturnType<Genesis['debondingDelegations']['get']>): Owned {
  let owned: Owned
  for (const list of delegators?.values() ?? [])
    for (const delegation of list ?? [])
      owned = add(owned ?? ZERO, present(delegation, 'staking.debonding_delegations').shares)
  return owned
}

function checkPool(
  { balance, totalShares }: SharePool,
  owned: Owned,
  mismatch: typeof errors.activeShares,
  path: string,
): void {
  if ((owned ?? ZERO) !== totalShares)
    throw mismatch(`${path}: ${owned ?? 0n}, expected ${totalShares}`)
  if (owned === undefined && balance !== 0n) throw errors.nobodysStake(`${path}: ${balance}`)
}
