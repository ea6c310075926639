import { definePlainErrors } from '@wadi/base/errors'
import type { Moment } from '@wadi/primitives/moment'
import type { Commit } from '../types/commit.ts'
import { NO_TIME, nanosecondsOf } from '../types/timestamp.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'
import { findValidator } from '../validators/validatorSet.ts'

const errors = definePlainErrors('medianTime', {
  unknownValidator: 'somebody signed who is no validator',
})

interface WeightedTime {
  readonly time: Moment
  /** COMPAT(cometbft): times are ordered by an int64 of nanoseconds, which wraps around. */
  readonly order: bigint
  readonly power: bigint
}

function compareTimes(a: WeightedTime, b: WeightedTime): number {
  return a.order < b.order ? -1 : a.order > b.order ? 1 : 0
}

/**
 * When a block is: the median of the times in the commit of the last one, by voting power, so that
 * whoever has less than half of it cannot move it out of the range of the honest ones.
 */
export function medianTime(commit: Commit, validators: ValidatorSet): Moment {
  const times: WeightedTime[] = []
  let total = 0n
  for (const signature of commit.signatures) {
    if (signature.flag === 'absent') continue
    const found = findValidator(validators, signature.validatorAddress)
    if (found === undefined) throw errors.unknownValidator()
    const power = found.validator.votingPower
    total += power
    const order = BigInt.asIntN(64, nanosecondsOf(signature.timestamp))
    times.push({ time: signature.timestamp, order, power })
  }
  let left = total / 2n
  for (const { time, power } of times.sort(compareTimes)) {
    if (left <= power) return time
    left -= power
  }
  return NO_TIME
}
