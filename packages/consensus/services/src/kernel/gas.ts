/** Counting the work of transactions. */

import { assert, definePlainErrors } from '@wadi/base/errors'
import type { GasCosts } from '@wadi/consensus/gas'
import type { Gas } from '@wadi/primitives/transaction'

/** COMPAT(oasis-core): running out of gas has no code of its own. */
export const errors = definePlainErrors('gas', {
  outOfGas: 'out of gas',
  gasOverflow: 'gas overflow',
})

const U64_MAX = 0xffff_ffff_ffff_ffffn

/** Who counts gas. */
export interface GasAccountant {
  /** So much may be used. */
  readonly limit: Gas
  /** So much was used. */
  readonly used: Gas
  /** Counts, or refuses and counts nothing. */
  use(amount: Gas): void
}

/** Refuses what is over the limit. */
export function gasAccountant(limit: Gas): GasAccountant {
  let used = 0n
  return {
    limit,
    get used() {
      return used
    },
    use: (amount) => {
      if (used + amount > U64_MAX) throw errors.gasOverflow()
      if (used + amount > limit) throw errors.outOfGas(`limit ${limit}, wanted ${used + amount}`)
      used += amount
    },
  }
}

/** Counts nothing and refuses nothing. */
export const noGasAccountant: GasAccountant = { limit: 0n, used: 0n, use: () => undefined }

/**
 * A transaction's gas, which also counts for its block.
 * COMPAT(oasis-core): what the block has no room for stays charged to the transaction, and the gas
 * that is reported is the larger of the two: with a block limit, that of the block so far.
 */
export function composedGasAccountant(own: GasAccountant, block: GasAccountant): GasAccountant {
  return {
    limit: own.limit,
    get used() {
      return own.used > block.used ? own.used : block.used
    },
    use: (amount) => {
      own.use(amount)
      block.use(amount)
    },
  }
}

/** What an operation costs, so many times; it is free if the table does not have it. */
export function gasOf(costs: GasCosts | undefined, operation: string, times = 1n): Gas {
  assert(times >= 0n, 'gas: an operation is not done less than never')
  // COMPAT(oasis-core): the product wraps around.
  return BigInt.asUintN(64, (costs?.get(operation) ?? 0n) * times)
}
