/** Whose turn it is to propose: weights that grow by power, and fall when it was one's turn. */

import { compareBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { Validator } from '../types/validator.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'

const INT64_MAX = (1n << 63n) - 1n
const INT64_MIN = -(1n << 63n)
/** Priorities are at most so many times the total power apart. */
const WINDOW_FACTOR = 2n

/** The nearest that an int64 can hold. */
export function clip(value: bigint): bigint {
  return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value
}

/** Brings priorities together that are too far apart, by a common divisor. */
export function rescale(priorities: bigint[], totalPower: bigint): void {
  const distanceMax = WINDOW_FACTOR * totalPower
  if (distanceMax <= 0n || priorities.length === 0) return
  let [min, max] = [priorities[0]!, priorities[0]!]
  for (const priority of priorities) {
    if (priority < min) min = priority
    if (priority > max) max = priority
  }
  // COMPAT(cometbft): the difference is an int64, which wraps around, and its sign is dropped.
  const wrapped = BigInt.asIntN(64, max - min)
  const distance = wrapped < 0n ? BigInt.asIntN(64, -wrapped) : wrapped
  if (distance <= distanceMax) return
  const ratio = BigInt.asIntN(64, distance + distanceMax - 1n) / distanceMax
  for (let i = 0; i < priorities.length; i++) priorities[i] = priorities[i]! / ratio
}

/** The largest integer that is not above the quotient; the divisor is positive. */
function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

/** Moves priorities so that their average is near zero. */
export function centre(priorities: bigint[]): void {
  if (priorities.length === 0) return
  let sum = 0n
  for (const priority of priorities) sum += priority
  const average = floorDivide(sum, BigInt(priorities.length))
  for (let i = 0; i < priorities.length; i++) priorities[i] = clip(priorities[i]! - average)
}

/** The place of the highest priority; of several, that of the lowest address. */
function highest(validators: readonly Validator[], priorities: readonly bigint[]): number {
  let best = 0
  for (let i = 1; i < priorities.length; i++) {
    const [priority, before] = [priorities[i]!, priorities[best]!]
    if (priority < before) continue
    const isBetter =
      priority > before || compareBytes(validators[i]!.address, validators[best]!.address) < 0
    if (isBetter) best = i
  }
  return best
}

/** The same validators with other priorities. */
export function withPriorities(
  validators: readonly Validator[],
  priorities: readonly bigint[],
): readonly Validator[] {
  return validators.map(({ address, publicKey, votingPower }, i) => ({
    address,
    publicKey,
    votingPower,
    proposerPriority: priorities[i]!,
  }))
}

/**
 * The set some turns later. Rescaling and centring come once, not once per turn: the proposer of
 * round r of a height is that of the height's set after r turns at once.
 */
export function rotated(set: ValidatorSet, turns: number): ValidatorSet {
  const { validators, totalVotingPower } = set
  assert(validators.length > 0, 'validators: nobody is there to take turns')
  assert(Number.isInteger(turns) && turns > 0, 'validators: at least one turn')
  const priorities = validators.map(({ proposerPriority }) => proposerPriority)
  rescale(priorities, totalVotingPower)
  centre(priorities)
  let turn = 0
  for (let i = 0; i < turns; i++) {
    for (let k = 0; k < priorities.length; k++)
      priorities[k] = clip(priorities[k]! + validators[k]!.votingPower)
    turn = highest(validators, priorities)
    priorities[turn] = clip(priorities[turn]! - totalVotingPower)
  }
  const after = withPriorities(validators, priorities)
  return { validators: after, proposer: after[turn], totalVotingPower }
}
