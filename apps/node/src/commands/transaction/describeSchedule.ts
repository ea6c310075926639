/** A schedule of commission rates, in the reference's words. */

import type {
  CommissionRateBoundStep,
  CommissionRateStep,
  CommissionSchedule,
} from '@wadi/consensus/staking'
import { rateText } from './amounts.ts'
import { indented } from './lines.ts'

function numbered(index: number, lines: readonly string[]): readonly string[] {
  const number = `(${index + 1}) `
  return lines.map((line, i) => (i === 0 ? number : ' '.repeat(number.length)) + line)
}

function rateLines({ start, rate }: CommissionRateStep, index: number): readonly string[] {
  return numbered(index, [`start: epoch ${start}`, `rate:  ${rateText(rate)}`])
}

function boundLines(bound: CommissionRateBoundStep, index: number): readonly string[] {
  return numbered(index, [
    `start:        epoch ${bound.start}`,
    `minimum rate: ${rateText(bound.rateMin)}`,
    `maximum rate: ${rateText(bound.rateMax)}`,
  ])
}

function section(title: string, steps: readonly (readonly string[])[]): readonly string[] {
  if (steps.length === 0) return [`${title}: (none)`]
  return [`${title}:`, ...indented(steps.flat())]
}

/** Rates, then bounds. */
export function describeSchedule({ rates, bounds }: CommissionSchedule): readonly string[] {
  return [
    ...section('Rates', rates.map(rateLines)),
    ...section('Rate Bounds', bounds.map(boundLines)),
  ]
}
