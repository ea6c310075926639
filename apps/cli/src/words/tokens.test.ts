import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quantity } from '@wadi/primitives/quantity'
import fc from 'fast-check'
import { AMOUNT_DIGITS_MAX } from '../limits.ts'
import { sharesFor, worthOf } from './escrow.ts'
import { parseSomeTokens, parseTokens, tokensText } from './tokens.ts'

const TEST = { symbol: 'TEST', exponent: 9 }

describe('an amount of tokens', () => {
  it('is read as it is written, to the last base unit', () => {
    const amounts = fc.bigInt({ min: 0n, max: 10n ** 30n - 1n })
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 18 }), (amount, exponent) => {
        const token = { ...TEST, exponent }
        const [text = ''] = tokensText(amount, token).split(' ')
        assert.equal(parseTokens(text, token), amount)
      }),
    )
  })

  it('is not below zero', () => {
    assert.throws(() => parseTokens('-1.5', TEST), {
      reason: 'wadi.badValue',
      context: 'an amount cannot be negative, and this one is -1.5; give a number such as 1.5',
    })
  })

  it('has no more decimals than the token', () => {
    assert.equal(parseTokens('0.000000001', TEST), 1n)
    assert.throws(() => parseTokens('0.0000000001', TEST), {
      reason: 'wadi.badValue',
      context: '0.0000000001 has 10 decimals, and TEST has 9; give fewer',
    })
  })

  it('has so many digits, and no more', () => {
    const digits = '9'.repeat(AMOUNT_DIGITS_MAX)
    assert.equal(parseTokens(digits, TEST), BigInt(digits) * 10n ** 9n)
    assert.throws(() => parseTokens(`${digits}9`, TEST), { reason: 'wadi.badValue' })
  })

  it('is a number without a sign, a power or separators', () => {
    for (const text of ['', '-1', '+1', '1e9', '1,5', '1_000', '.5', '1.', '0x10', ' 1', 'all'])
      assert.throws(() => parseTokens(text, TEST), { reason: 'wadi.badValue' }, text)
  })

  it('is more than nothing where it is to go somewhere', () => {
    assert.equal(parseSomeTokens('1', TEST), 10n ** 9n)
    assert.throws(() => parseSomeTokens('0.0', TEST), { reason: 'wadi.badValue' })
  })
})

describe('shares of an escrow account', () => {
  const amounts = fc.bigInt({ min: 1n, max: 10n ** 24n })

  it('are the fewest that are worth an amount', () => {
    fc.assert(
      fc.property(amounts, amounts, amounts, (balance, totalShares, wanted) => {
        const pool = { balance: quantity(balance), totalShares: quantity(totalShares) }
        const amount = quantity(wanted % (balance + 1n))
        const shares = sharesFor(amount, pool)
        assert.ok(worthOf(shares, pool) >= amount || shares === totalShares)
        if (shares > 0n) assert.ok(worthOf(quantity(shares - 1n), pool) < amount)
      }),
    )
  })

  it('are worth nothing in an empty account', () => {
    const pool = { balance: quantity(0n), totalShares: quantity(0n) }
    assert.equal(worthOf(quantity(5n), pool), 0n)
    assert.equal(sharesFor(quantity(5n), pool), 0n)
  })
})
