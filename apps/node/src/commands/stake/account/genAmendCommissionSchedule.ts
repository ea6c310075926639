import type { CommissionRateBoundStep, CommissionRateStep } from '@wadi/consensus/staking'
import { quantity } from '@wadi/primitives/quantity'
import { errors } from '../../transaction/commandErrors.ts'
import { unsignedOf } from '../../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'

const RATES = 'stake.commission_schedule.rates'
const BOUNDS = 'stake.commission_schedule.bounds'
const NUMBER = /^\d{1,100}$/

function numbersOf(name: string, step: string, form: string): readonly bigint[] {
  const parts = step.split('/')
  const isGood = parts.length === form.split('/').length && parts.every((one) => NUMBER.test(one))
  if (!isGood)
    throw errors.badValue(`--${name} has ${JSON.stringify(step)}; give each step as ${form}`)
  return parts.map(BigInt)
}

function rateOf(step: string): CommissionRateStep {
  const [start, rate] = numbersOf(RATES, step, 'start_epoch/rate_numerator')
  return { start: unsignedOf(RATES, start!), rate: quantity(rate!) }
}

function boundOf(step: string): CommissionRateBoundStep {
  const form = 'start_epoch/rate_min_numerator/rate_max_numerator'
  const [start, least, most] = numbersOf(BOUNDS, step, form)
  return {
    start: unsignedOf(BOUNDS, start!),
    rateMin: quantity(least!),
    rateMax: quantity(most!),
  }
}

/** `stake account gen_amend_commission_schedule`. */
export const genAmendCommissionSchedule = transactionCommand({
  name: 'gen_amend_commission_schedule',
  summary: 'make a transaction that says which part of rewards an entity keeps, and when',
  options: {
    [BOUNDS]: {
      kind: 'texts',
      doc: 'step of the bounds of the commission rate, start_epoch/rate_min_numerator/rate_max_numerator; may be given several times. A rate is its numerator divided by 100000',
      fallback: [],
    },
    [RATES]: {
      kind: 'texts',
      doc: 'step of the commission rate, start_epoch/rate_numerator; may be given several times. The rate is the numerator divided by 100000',
      fallback: [],
    },
  },
  content: (flags) =>
    contentOf('staking.AmendCommissionSchedule', {
      amendment: { rates: flags[RATES].map(rateOf), bounds: flags[BOUNDS].map(boundOf) },
    }),
})
