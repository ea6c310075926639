/** Arithmetic on accounts, without state. */

import type { Account, EscrowAccount, Parameters, SharePool } from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import { add, type Quantity, subtract } from '@wadi/primitives/quantity'

/** The account with another balance. */
export function withBalance(account: Account, balance: Quantity): Account {
  return { ...account, general: { ...account.general, balance } }
}

/** The account with more to spend. */
export function credited(account: Account, amount: Quantity): Account {
  return withBalance(account, add(account.general.balance, amount))
}

/** The account with less to spend. COMPAT(oasis-core): a shortfall is a plain error here. */
export function debited(account: Account, amount: Quantity): Account {
  return withBalance(account, subtract(account.general.balance, amount))
}

/** The account with something else in escrow. */
export function withEscrow(account: Account, changes: Partial<EscrowAccount>): Account {
  return { ...account, escrow: { ...account.escrow, ...changes } }
}

/** The account with more in its active pool, which makes all its shares worth more. */
export function rewarded(account: Account, amount: Quantity): Account {
  const { active } = account.escrow
  const pool: SharePool = { ...active, balance: add(active.balance, amount) }
  return withEscrow(account, { active: pool })
}

/** Refuses an account that is left with less than it needs for a transaction. */
export function checkFloor({ general }: Account, params: Parameters, role?: string): void {
  if (general.balance < params.minTransactBalance) throw errors.balanceTooLow(role)
}
