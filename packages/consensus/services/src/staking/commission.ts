/** What an entity keeps of its delegators' rewards: schedules and their rules. No state. */

import { assert, definePlainErrors } from '@wadi/base/errors'
import type {
  CommissionRateBoundStep,
  CommissionRateStep,
  CommissionSchedule,
  CommissionScheduleRules,
} from '@wadi/consensus/staking'
import type { Epoch } from '@wadi/primitives/epoch'
import { divide, multiply, type Quantity, quantity, subtract } from '@wadi/primitives/quantity'

/** COMPAT(oasis-core): whatever is wrong with a schedule has no code. */
export const errors = definePlainErrors('commission', {
  tooManySteps: 'the schedule has too many steps',
  misaligned: 'a step does not start at a multiple of the change interval',
  outOfOrder: 'a step does not start after the one before it',
  overUnity: 'a rate is over unity',
  underMinimum: 'a rate is less than the minimum commission rate',
  invertedBound: 'a maximum rate is less than the minimum rate',
  tooEarly: 'the amendment alters what it may not alter any more',
  ratesMissing: 'rates missing',
  boundsMissing: 'bounds missing',
  differentStarts: 'rates and bounds begin in the future, but not together',
  outOfBound: 'a rate is out of its bound',
})

/** Rates are thousandths of a percent. */
export const COMMISSION_RATE_DENOMINATOR = quantity(100_000n)

/** A reward in two parts. */
export interface Division {
  /** The delegators' part; undefined if nothing is told of it. */
  readonly rest: Quantity | undefined
  readonly commission: Quantity
}

/** The rate in an epoch; undefined if no step has begun. */
export function currentRate(
  { rates }: Pick<CommissionSchedule, 'rates'>,
  epoch: Epoch,
): Quantity | undefined {
  const next = rates.findIndex(({ start }) => start > epoch)
  return rates[(next < 0 ? rates.length : next) - 1]?.rate
}

/** Divides a reward: the commission is rounded down. */
export function divideReward(
  schedule: CommissionSchedule,
  { minCommissionRate }: CommissionScheduleRules,
  epoch: Epoch,
  reward: Quantity,
): { readonly rest: Quantity; readonly commission: Quantity } {
  const rate = currentRate(schedule, epoch) ?? minCommissionRate
  const commission = divide(multiply(reward, rate), COMMISSION_RATE_DENOMINATOR)
  return { rest: subtract(reward, commission), commission }
}

function checkSizes({ rates, bounds }: CommissionSchedule, rules: CommissionScheduleRules): void {
  if (rates.length > rules.maxRateSteps) throw errors.tooManySteps(`${rates.length} rates`)
  if (bounds.length > rules.maxBoundSteps) throw errors.tooManySteps(`${bounds.length} bounds`)
}

function checkStarts(
  steps: readonly { readonly start: Epoch }[],
  { rateChangeInterval }: CommissionScheduleRules,
  i: number,
): void {
  // COMPAT(oasis-core): the reference divides by zero and stops as well.
  assert(rateChangeInterval > 0n, 'staking: the interval of changes of commission rates is zero')
  const { start } = steps[i]!
  if (start % rateChangeInterval !== 0n) throw errors.misaligned(`step ${i} at ${start}`)
  if (i > 0 && start <= steps[i - 1]!.start) throw errors.outOfOrder(`step ${i} at ${start}`)
}

function checkRateStep(
  { rate }: CommissionRateStep,
  { minCommissionRate }: CommissionScheduleRules,
): void {
  if (rate > COMMISSION_RATE_DENOMINATOR) throw errors.overUnity(`${rate}`)
  if (rate < minCommissionRate) throw errors.underMinimum(`${rate}`)
}

function checkBoundStep(
  { rateMin, rateMax }: CommissionRateBoundStep,
  { minCommissionRate }: CommissionScheduleRules,
): void {
  if (rateMin > COMMISSION_RATE_DENOMINATOR) throw errors.overUnity(`minimum ${rateMin}`)
  if (rateMax > COMMISSION_RATE_DENOMINATOR) throw errors.overUnity(`maximum ${rateMax}`)
  if (rateMax < rateMin) throw errors.invertedBound(`${rateMax} < ${rateMin}`)
  if (rateMax < minCommissionRate) throw errors.underMinimum(`maximum ${rateMax}`)
  if (rateMin < minCommissionRate) throw errors.underMinimum(`minimum ${rateMin}`)
}

function checkSteps({ rates, bounds }: CommissionSchedule, rules: CommissionScheduleRules): void {
  rates.forEach((step, i) => {
    checkStarts(rates, rules, i)
    checkRateStep(step, rules)
  })
  bounds.forEach((step, i) => {
    checkStarts(bounds, rules, i)
    checkBoundStep(step, rules)
  })
}

/** The steps without those that another one has followed already. */
function prunedSteps<S extends { readonly start: Epoch }>(
  steps: readonly S[],
  now: Epoch,
): readonly S[] {
  let first = 0
  while (first + 1 < steps.length && steps[first + 1]!.start <= now) first++
  return steps.slice(first)
}

/** The schedule without what is over. */
export function pruned({ rates, bounds }: CommissionSchedule, now: Epoch): CommissionSchedule {
  return { rates: prunedSteps(rates, now), bounds: prunedSteps(bounds, now) }
}

/** Which rate and which bound hold from an epoch on. */
interface Period {
  readonly rate: CommissionRateStep
  readonly bound: CommissionRateBoundStep
}

/** Every pair of a rate and a bound that will hold together, in order. */
function* periodsOf({ rates, bounds }: CommissionSchedule): Generator<Period> {
  let rateIndex = 0
  let boundIndex = 0
  for (;;) {
    yield { rate: rates[rateIndex]!, bound: bounds[boundIndex]! }
    const nextRate = rates[rateIndex + 1]?.start
    const nextBound = bounds[boundIndex + 1]?.start
    if (nextRate === undefined && nextBound === undefined) return
    if (nextRate !== undefined && (nextBound === undefined || nextRate <= nextBound)) rateIndex++
    if (nextBound !== undefined && (nextRate === undefined || nextBound <= nextRate)) boundIndex++
  }
}

/** Refuses a rate that will be out of its bound at any time from now on. */
function checkBounds(schedule: CommissionSchedule, now: Epoch): void {
  const [firstRate] = schedule.rates
  const [firstBound] = schedule.bounds
  if (firstRate === undefined && firstBound === undefined) return
  if (firstRate === undefined) throw errors.ratesMissing()
  if (firstBound === undefined) throw errors.boundsMissing()
  const isFuture = firstRate.start > now || firstBound.start > now
  // What has begun may have begun at different times, as older steps were pruned.
  if (isFuture && firstRate.start !== firstBound.start) throw errors.differentStarts()
  for (const { rate, bound } of periodsOf(schedule)) {
    if (rate.rate < bound.rateMin || rate.rate > bound.rateMax)
      throw errors.outOfBound(`${rate.rate} not within ${bound.rateMin} and ${bound.rateMax}`)
  }
}

/** What an amendment may still alter: nothing that holds, and bounds only some time ahead. */
function checkTimes(
  amendment: CommissionSchedule,
  current: CommissionSchedule,
  { rateBoundLead }: CommissionScheduleRules,
  now: Epoch,
): void {
  const [firstRate] = amendment.rates
  const [firstBound] = amendment.bounds
  if (firstRate !== undefined && firstRate.start <= now)
    throw errors.tooEarly(`rates at ${firstRate.start}`)
  const lead = current.bounds.length === 0 ? 0n : rateBoundLead
  const earliest = BigInt.asUintN(64, now + 1n + lead)
  if (firstBound !== undefined && firstBound.start < earliest)
    throw errors.tooEarly(`bounds at ${firstBound.start}, at the earliest at ${earliest}`)
}

/** The steps with new ones instead of all that would begin with them or after them. */
function spliced<S extends { readonly start: Epoch }>(
  steps: readonly S[],
  amendment: readonly S[],
): readonly S[] {
  const [first] = amendment
  if (first === undefined) return steps
  const replaced = steps.findIndex(({ start }) => start >= first.start)
  return [...(replaced < 0 ? steps : steps.slice(0, replaced)), ...amendment]
}

/** The schedule, checked, without what is over. */
export function checkedSchedule(
  schedule: CommissionSchedule,
  rules: CommissionScheduleRules,
  now: Epoch,
): CommissionSchedule {
  checkSizes(schedule, rules)
  checkSteps(schedule, rules)
  const current = pruned(schedule, now)
  checkBounds(current, now)
  return current
}

/** A schedule that holds, with an amendment, if that is acceptable now. */
export function amended(
  schedule: CommissionSchedule,
  amendment: CommissionSchedule,
  rules: CommissionScheduleRules,
  now: Epoch,
): CommissionSchedule {
  checkSizes(amendment, rules)
  checkSteps(amendment, rules)
  checkTimes(amendment, schedule, rules, now)
  const current = pruned(schedule, now)
  const result = {
    rates: spliced(current.rates, amendment.rates),
    bounds: spliced(current.bounds, amendment.bounds),
  }
  checkSizes(result, rules)
  checkBounds(result, now)
  return result
}

/** The schedule with every rate and bound raised to a new minimum; itself if none is below it. */
export function lifted(schedule: CommissionSchedule, minimumRate: Quantity): CommissionSchedule {
  const lift = (rate: Quantity) => (rate < minimumRate ? minimumRate : rate)
  const isLow = ({ rate }: CommissionRateStep) => rate < minimumRate
  const isBoundLow = ({ rateMin, rateMax }: CommissionRateBoundStep) =>
    rateMin < minimumRate || rateMax < minimumRate
  if (!schedule.rates.some(isLow) && !schedule.bounds.some(isBoundLow)) return schedule
  return {
    rates: schedule.rates.map(({ start, rate }) => ({ start, rate: lift(rate) })),
    bounds: schedule.bounds.map(({ start, rateMin, rateMax }) => ({
      start,
      rateMin: lift(rateMin),
      rateMax: lift(rateMax),
    })),
  }
}
