/** How large a reward is. No state. */

import type { RewardStep } from '@wadi/consensus/staking'
import type { Epoch } from '@wadi/primitives/epoch'
import { divide, multiply, type Quantity, quantity } from '@wadi/primitives/quantity'

/** A factor times a scale is in millionths of a percent. */
export const REWARD_AMOUNT_DENOMINATOR = quantity(100_000_000n)

/** What a reward depends on besides the stake. */
export interface RewardTerms {
  readonly factor: Quantity
  readonly scale: Quantity
  /** So many parts of so many, as whole numbers: all of it unless told. */
  readonly attenuation?: { readonly numerator: bigint; readonly denominator: bigint }
}

/** The scale of rewards in an epoch; undefined behind the end of the schedule. */
export function rewardScaleAt(schedule: readonly RewardStep[], epoch: Epoch): Quantity | undefined {
  return schedule.find(({ until }) => epoch < until)?.scale
}

/** The reward for a stake. COMPAT(oasis-core): an attenuated one is rounded down twice. */
export function rewardFor(stake: Quantity, terms: RewardTerms): Quantity {
  const { factor, scale, attenuation } = terms
  const product = multiply(multiply(stake, factor), scale)
  if (attenuation === undefined) return divide(product, REWARD_AMOUNT_DENOMINATOR)
  const part = multiply(product, quantity(attenuation.numerator))
  const whole = divide(part, REWARD_AMOUNT_DENOMINATOR)
  return divide(whole, quantity(attenuation.denominator))
}
