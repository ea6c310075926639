/** Arithmetic on pools that belong to many by shares, without state. All divisions round down. */

import type { SharePool } from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import { add, divide, multiply, type Quantity, subtract, ZERO } from '@wadi/primitives/quantity'

/** The shares that so many base units buy. The first ones cost one base unit each. */
export function sharesForStake({ balance, totalShares }: SharePool, amount: Quantity): Quantity {
  if (totalShares === 0n) return amount
  // All was slashed: no number of shares is worth the amount.
  if (balance === 0n) throw errors.invalidArgument('a pool of worthless shares')
  return divide(multiply(amount, totalShares), balance)
}

/** The base units that so many shares are worth. */
export function stakeForShares({ balance, totalShares }: SharePool, shares: Quantity): Quantity {
  if (totalShares === 0n) return ZERO
  return divide(multiply(shares, balance), totalShares)
}

/** A pool after a deposit, and the new shares that the depositor has. */
export interface Deposit {
  readonly pool: SharePool
  readonly shares: Quantity
}

/** Puts base units into a pool. */
export function deposit(pool: SharePool, amount: Quantity): Deposit {
  const shares = sharesForStake(pool, amount)
  const balance = add(pool.balance, amount)
  return { pool: { balance, totalShares: add(pool.totalShares, shares) }, shares }
}

/** A pool after a redemption, and what the shares were worth. */
export interface Redemption {
  readonly pool: SharePool
  readonly amount: Quantity
}

/** Takes base units out of a pool for shares that the owner gives up. */
export function redeem(pool: SharePool, shares: Quantity): Redemption {
  const amount = stakeForShares(pool, shares)
  const totalShares = subtract(pool.totalShares, shares)
  return { pool: { balance: subtract(pool.balance, amount), totalShares }, amount }
}
