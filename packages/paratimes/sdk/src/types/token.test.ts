import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import fc from 'fast-check'
import { DENOMINATION_SIZE_MAX } from '../limits.ts'
import {
  Amounts,
  amountsOf,
  BaseUnits,
  Denomination,
  denomination,
  native,
  U128,
  U128_MAX,
} from './token.ts'

describe('amounts', () => {
  it('are written as the reference documents them', () => {
    assert.equal(toHex(encodeRust(BaseUnits, native(0n))), '824040')
    const test = { amount: 1_000n, denomination: denomination('test') }
    assert.equal(toHex(encodeRust(BaseUnits, test)), '824203e84474657374')
    assert.deepEqual(decodeRust(BaseUnits, parseHex('824203e84474657374')), test)
  })

  it('may have leading zeros, up to sixteen bytes and not one more', () => {
    assert.equal(decodeRust(U128, parseHex('42000a')), 10n)
    assert.equal(decodeRust(U128, parseHex(`50${'ff'.repeat(16)}`)), U128_MAX)
    assert.throws(() => decodeRust(U128, parseHex(`51${'00'.repeat(17)}`)), {
      reason: 'cbor.outOfRange',
    })
    assert.throws(() => encodeRust(U128, U128_MAX + 1n), { reason: 'cbor.outOfRange' })
    assert.throws(() => encodeRust(U128, -1n), { reason: 'cbor.outOfRange' })
  })

  it('survive encoding', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: U128_MAX }), (amount) => {
        assert.equal(decodeRust(U128, encodeRust(U128, amount)), amount)
      }),
    )
  })

  it('have names of 32 bytes, and not one more', () => {
    const longest = encodeRust(Denomination, denomination('x'.repeat(DENOMINATION_SIZE_MAX)))
    assert.equal(decodeRust(Denomination, longest).length, DENOMINATION_SIZE_MAX)
    const longer = parseHex(`5821${'78'.repeat(DENOMINATION_SIZE_MAX + 1)}`)
    assert.throws(() => decodeRust(Denomination, longer), { reason: 'cbor.wrongType' })
    assert.throws(() => denomination('x'.repeat(DENOMINATION_SIZE_MAX + 1)), {
      reason: 'cbor.wrongType',
    })
  })

  it('are sorted by their names’ encodings in maps', () => {
    const amounts = amountsOf([
      [denomination('AA'), 1n],
      [denomination('B'), 2n],
      [denomination(''), 3n],
    ])
    assert.equal(
      toHex(encodeRust(Amounts, amounts)),
      'a34041034142410242414141 01'.replace(' ', ''),
    )
  })
})
