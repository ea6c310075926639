/** What shares of an escrow account are worth. */

import type { SharePool } from '@wadi/consensus/staking'
import { type Quantity, quantity } from '@wadi/primitives/quantity'

/** Base units that shares are worth now; rounded down, as they are paid out. */
export function worthOf(shares: Quantity, { balance, totalShares }: SharePool): Quantity {
  return quantity(totalShares === 0n ? 0n : (shares * balance) / totalShares)
}

/** The fewest shares that are worth as many base units. */
export function sharesFor(amount: Quantity, { balance, totalShares }: SharePool): Quantity {
  return quantity(balance === 0n ? 0n : (amount * totalShares + balance - 1n) / balance)
}
