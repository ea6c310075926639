/** What a validator's vote weighs. */

import { VOTING_POWER_DISTRIBUTIONS } from '@wadi/consensus/scheduler'
import type { Quantity } from '@wadi/primitives/quantity'
import { errors } from './errors.ts'

const BASE_UNITS_PER_POWER = 16n
const I64_MAX = (1n << 63n) - 1n

/** All votes together may not weigh more in CometBFT. */
export const TOTAL_POWER_MAX: bigint = I64_MAX / 8n

/** The largest number whose square is not above `value`. */
export function integerSquareRoot(value: bigint): bigint {
  if (value < 2n) return value
  // Newton's method falls from any number that is not below the root.
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/**
 * The power of a stake. Whoever has none has one vote nevertheless: zero would remove a validator.
 * COMPAT(oasis-core): a distribution that nobody knows is the stake itself.
 */
export function votingPowerOf(stake: Quantity, distribution: number): bigint {
  const { linear, sqrt } = VOTING_POWER_DISTRIBUTIONS
  const scaled = distribution === linear ? stake / BASE_UNITS_PER_POWER : stake
  if (scaled === 0n) return 1n
  const power = distribution === sqrt ? integerSquareRoot(scaled) : scaled
  if (power > I64_MAX) throw errors.powerOverflow(`${stake}`)
  return power
}
