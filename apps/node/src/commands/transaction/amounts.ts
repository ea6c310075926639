/** Amounts as people read them: in tokens where the network says what a token is. */

import { compare, type Quantity, quantity } from '@wadi/primitives/quantity'

/** What a token is. */
export interface TokenTerms {
  readonly symbol: string
  /** A token is 10 to this many base units. */
  readonly exponent: number
}

const SYMBOL_SIZE_MAX = 8
const EXPONENT_MAX = 20
/** A commission rate of 100 %, and how many decimals a percent has. */
const RATE_MAX = quantity(100_000n)
const PERCENT_DECIMALS = 3
const INVALID = '(invalid)'

/** A whole number and its decimals, at least one of them. */
export function fractionText(numerator: bigint, exponent: number): string {
  const denominator = 10n ** BigInt(exponent)
  const rest = (numerator % denominator).toString().padStart(exponent, '0').replace(/0+$/, '')
  return `${numerator / denominator}.${rest === '' ? '0' : rest}`
}

/** An amount with its unit, and with a sign before it where that matters. */
export function amountText(amount: Quantity, terms: TokenTerms, sign: '' | '+' | '-' = ''): string {
  const { symbol, exponent } = terms
  const symbolSize = Buffer.byteLength(symbol)
  if (symbolSize === 0 || symbolSize > SYMBOL_SIZE_MAX || exponent > EXPONENT_MAX)
    return `${sign}${amount} base units`
  return `${sign}${fractionText(amount, exponent)} ${symbol}`
}

/** A commission rate in percent. */
export function rateText(rate: Quantity): string {
  return compare(rate, RATE_MAX) > 0 ? INVALID : `${fractionText(rate, PERCENT_DECIMALS)}%`
}
