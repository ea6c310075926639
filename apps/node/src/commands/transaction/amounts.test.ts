import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quantity } from '@wadi/primitives/quantity'
import fc from 'fast-check'
import { amountText, fractionText, rateText } from './amounts.ts'

const roses = { symbol: 'ROSE', exponent: 9 }

describe('an amount as people read it', () => {
  it('is in tokens, with all decimals that are not zero and at least one', () => {
    // From the reference's own test of the same function.
    const cases = [
      [10_000_000_000_000_000_000n, 9, '10000000000.0'],
      [7_999_217_230_119_682_890n, 9, '7999217230.11968289'],
      [0n, 9, '0.0'],
      [10_000_000_000_000_000_001n, 18, '10.000000000000000001'],
      [100_000_000_000n, 18, '0.0000001'],
      [10_000_000_000_000_000_001n, 0, '10000000000000000001.0'],
    ] as const
    for (const [amount, exponent, text] of cases) assert.equal(fractionText(amount, exponent), text)
    assert.equal(amountText(quantity(1n), roses), '0.000000001 ROSE')
    assert.equal(amountText(quantity(5n), roses, '-'), '-0.000000005 ROSE')
  })

  it('is in base units where the network does not say what a token is', () => {
    for (const token of [
      { symbol: '', exponent: 9 },
      { symbol: 'TOOLONGER', exponent: 9 },
      { symbol: 'ROSE', exponent: 21 },
    ])
      assert.equal(amountText(quantity(5n), token), '5 base units')
  })

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n }), fc.nat(20), (amount, exponent) => {
        const [whole, decimals = ''] = fractionText(amount, exponent).split('.')
        const back = BigInt(`${whole}${decimals.padEnd(exponent, '0').slice(0, exponent)}`)
        assert.equal(back, amount)
      }),
    )
  })

  it('is a percentage for rates, up to all of it', () => {
    assert.equal(rateText(quantity(12_345n)), '12.345%')
    assert.equal(rateText(quantity(100_000n)), '100.0%')
    assert.equal(rateText(quantity(100_001n)), '(invalid)')
  })
})
