/**
 * Changes of commission schedules: ones that every network takes, and ones that none does.
 *
 * Every bound that is made here holds one rate, the common one. So a rate that is in all bounds
 * can always be found, whatever was amended before.
 */

import type { RandomSource } from '@wadi/base/random'
import type {
  CommissionRateBoundStep,
  CommissionSchedule,
  CommissionScheduleRules,
} from '@wadi/consensus/staking'
import type { Epoch } from '@wadi/primitives/epoch'
import { quantity } from '@wadi/primitives/quantity'
import { drawBetween, drawOne } from '../randomChoice.ts'

/** A rate of one hundred percent. */
const UNITY = 100_000n
const INTERVALS_MAX = 10n
/** So many epochs later something begins: when the block comes, it may be the next one. */
export const EPOCHS_TO_SPARE = 2n

/** What is amended, by which rules, and when. */
export interface AmendmentTerms {
  readonly schedule: CommissionSchedule
  readonly rules: CommissionScheduleRules
  readonly epoch: Epoch
}

/** The first epoch from `least` on in which a step may begin. */
function aligned(least: Epoch, { rateChangeInterval }: CommissionScheduleRules): Epoch {
  return ((least + rateChangeInterval - 1n) / rateChangeInterval) * rateChangeInterval
}

function startsFrom(
  random: RandomSource,
  { first, count, rules }: { first: Epoch; count: number; rules: CommissionScheduleRules },
): readonly Epoch[] {
  const starts: Epoch[] = []
  let start = first
  for (let i = 0; i < count; i++) {
    starts.push(start)
    start += drawBetween(random, 1n, INTERVALS_MAX) * rules.rateChangeInterval
  }
  return starts
}

/** Between the least rate and unity, nearer to the middle of both. */
export function commonRate({ minCommissionRate }: CommissionScheduleRules): bigint {
  return (minCommissionRate + UNITY) / 2n
}

function drawBound(
  random: RandomSource,
  start: Epoch,
  rules: CommissionScheduleRules,
): CommissionRateBoundStep {
  const common = commonRate(rules)
  const rateMin = quantity(drawBetween(random, rules.minCommissionRate, common))
  return { start, rateMin, rateMax: quantity(drawBetween(random, common, UNITY)) }
}

/** Those that stay when steps from an epoch on are replaced. */
function staying<S extends { readonly start: Epoch }>(steps: readonly S[], first: Epoch) {
  return steps.filter(({ start }) => start < first)
}

function countOf(random: RandomSource, most: number): number {
  return most <= 0 ? 0 : Number(drawBetween(random, 1n, BigInt(most)))
}

/** An amendment that is taken; undefined while the schedule is full of steps to come. */
export function drawAmendment(
  random: RandomSource,
  { schedule, rules, epoch }: AmendmentTerms,
): CommissionSchedule | undefined {
  const isFirst = schedule.bounds.length === 0
  const soon = aligned(epoch + EPOCHS_TO_SPARE, rules)
  const firstBound = isFirst ? soon : aligned(epoch + EPOCHS_TO_SPARE + rules.rateBoundLead, rules)
  // As long as nothing has begun, the first rate and the first bound begin together.
  const hasBegun = !isFirst && schedule.bounds[0]!.start <= epoch
  const keptBounds = staying(schedule.bounds, firstBound)
  const firstRate = hasBegun ? soon : (keptBounds[0]?.start ?? firstBound)
  if (firstRate <= epoch + 1n) return undefined
  const keptRates = staying(schedule.rates, firstRate)
  const boundCount = countOf(random, rules.maxBoundSteps - keptBounds.length)
  const rateCount = countOf(random, rules.maxRateSteps - keptRates.length)
  if (boundCount === 0 || rateCount === 0) return undefined
  const bounds = startsFrom(random, { first: firstBound, count: boundCount, rules }).map((start) =>
    drawBound(random, start, rules),
  )
  const all = [...keptBounds, ...bounds]
  const least = all.reduce((most, { rateMin }) => (rateMin > most ? rateMin : most), 0n)
  const most = all.reduce((low, { rateMax }) => (rateMax < low ? rateMax : low), UNITY)
  const rates = startsFrom(random, { first: firstRate, count: rateCount, rules }).map((start) => ({
    start,
    rate: quantity(drawBetween(random, least, most)),
  }))
  return { rates, bounds }
}

/** An amendment that is refused whenever it comes. */
export function drawWrongAmendment(
  random: RandomSource,
  { rules, epoch }: AmendmentTerms,
): CommissionSchedule {
  const later = aligned(epoch + rules.rateBoundLead + INTERVALS_MAX, rules)
  const rate = (start: Epoch, of: bigint) => ({ start, rate: quantity(of) })
  const bound = (start: Epoch, least: bigint, most: bigint) => ({
    start,
    rateMin: quantity(least),
    rateMax: quantity(most),
  })
  const common = commonRate(rules)
  const tooMany = startsFrom(random, { first: later, count: rules.maxRateSteps + 1, rules })
  return drawOne<CommissionSchedule>(random, [
    { rates: [rate(later, UNITY + 1n)], bounds: [] },
    { rates: [], bounds: [bound(later, common, common - 1n)] },
    { rates: [], bounds: [bound(later, common, UNITY + 1n)] },
    { rates: [rate(0n, common)], bounds: [bound(0n, 0n, UNITY)] },
    { rates: [rate(later, common), rate(later, common)], bounds: [] },
    { rates: tooMany.map((start) => rate(start, common)), bounds: [] },
  ])
}
