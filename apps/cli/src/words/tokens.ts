/** Amounts in tokens: read and written in decimal, never as floating-point numbers. */

import { amountText, fractionText, type TokenTerms } from '@wadi/node/amounts'
import type { Json } from '@wadi/node-config/json-output'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import { errors } from '../errors.ts'
import { AMOUNT_DIGITS_MAX } from '../limits.ts'

const NEGATIVE = /^-\d+(\.\d+)?$/
const AMOUNT = /^(\d+)(?:\.(\d+))?$/

/** The base units of a text such as `1.5`. */
export function parseTokens(text: string, { symbol, exponent }: TokenTerms): Quantity {
  if (NEGATIVE.test(text))
    throw errors.badValue(
      `an amount cannot be negative, and this one is ${text}; give a number such as 1.5`,
    )
  const [, whole = '', written = ''] = AMOUNT.exec(text) ?? []
  const decimals = written.replace(/0+$/, '')
  if (whole === '' || whole.length > AMOUNT_DIGITS_MAX)
    throw errors.badValue(
      `${JSON.stringify(text)} is no amount of ${symbol}; give a number such as 1.5`,
    )
  if (decimals.length > exponent)
    throw errors.badValue(
      `${text} has ${decimals.length} decimals, and ${symbol} has ${exponent}; give fewer`,
    )
  return quantity(BigInt(whole + decimals.padEnd(exponent, '0')))
}

/** An amount that must be more than nothing. */
export function parseSomeTokens(text: string, token: TokenTerms): Quantity {
  const amount = parseTokens(text, token)
  if (amount === 0n) throw errors.badValue(`${text} ${token.symbol} is nothing; give more`)
  return amount
}

/** An amount with its unit. */
export function tokensText(amount: bigint, token: TokenTerms): string {
  return amountText(quantity(amount), token)
}

/** An amount for programs: exact, in both units. */
export function tokensJson(amount: bigint, { symbol, exponent }: TokenTerms): Json {
  return { base_units: amount.toString(), tokens: fractionText(amount, exponent), symbol }
}
