import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, parseHex, toHex } from '@wadi/base/bytes'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import { bytes as cborBytes } from '@wadi/cbor/scalars'
import fc from 'fast-check'
import { QUANTITY_TEXT_SIZE_MAX } from './limits.ts'
import {
  add,
  compare,
  divide,
  minimum,
  multiply,
  parseQuantity,
  Quantity,
  quantity,
  subtract,
  ZERO,
} from './quantity.ts'

const any = arbitrary(Quantity)

describe('Quantity', () => {
  it('never goes below zero: a shortfall is an error without a code', () => {
    const shortfall = { module: 'unknown', code: 1, reason: 'quantity.insufficientBalance' }
    assert.equal(subtract(quantity(5n), quantity(5n)), 0n)
    assert.throws(() => subtract(quantity(5n), quantity(6n)), shortfall)
    assert.throws(() => quantity(-1n), { module: 'unknown', code: 1, reason: 'quantity.invalid' })
  })

  it('divides downwards, and not by zero', () => {
    assert.equal(divide(quantity(7n), quantity(2n)), 3n)
    assert.throws(() => divide(quantity(7n), ZERO), { reason: 'quantity.invalid' })
  })

  it('computes as integers do', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        assert.equal(subtract(add(a, b), b), a)
        if (b !== 0n) assert.equal(divide(multiply(a, b), b), a)
        assert.equal(compare(a, b) + compare(b, a), 0)
        assert.equal(compare(a, b) < 0, a < b)
        assert.equal(minimum(a, b), [a, b].toSorted(compare)[0])
      }),
    )
  })

  it('is the same number in bytes and in digits, whether it fits a word or not', () => {
    const edges = [0n, 1n, 2n ** 64n - 1n, 2n ** 64n].map((value) => fc.constant(quantity(value)))
    const small = fc.bigInt({ min: 0n, max: 2n ** 66n }).map(quantity)
    fc.assert(
      fc.property(fc.oneof(any, small, ...edges), fc.nat(9), (value, zeros) => {
        const digits = value === 0n ? '' : value.toString(16)
        const bytes = parseHex(digits.length % 2 === 0 ? digits : `0${digits}`)
        assert.deepEqual(encode(Quantity, value), encode(cborBytes, bytes))
        const padded = concatBytes(new Uint8Array(zeros), bytes)
        assert.equal(decode(Quantity, encode(cborBytes, padded)), value)
        assert.equal(Quantity.isEmpty(value), bytes.length === 0)
      }),
    )
  })

  it('is written as big-endian bytes, zero as none', () => {
    const encodings = [
      [0n, '40'],
      [10n, '410a'],
      [256n, '420100'],
      [10n ** 30n, '4d0c9f2c9cd04674edea40000000'],
    ] as const
    for (const [value, hex] of encodings) {
      assert.equal(toHex(encode(Quantity, quantity(value))), hex)
      assert.equal(decode(Quantity, parseHex(hex)), value)
    }
  })

  it('is read with leading zeros, which are gone when it is written again', () => {
    const value = decode(Quantity, parseHex('4400000100'))
    assert.equal(value, 256n)
    assert.equal(toHex(encode(Quantity, value)), '420100')
  })

  it('comes back from the wire and from JSON', () => {
    fc.assert(
      fc.property(any, (value) => {
        assert.equal(decode(Quantity, encode(Quantity, value)), value)
        assert.equal(parseJson(Quantity, toJson(Quantity, value)), value)
        assert.equal(toJson(Quantity, value), `"${value}"`)
      }),
    )
  })

  it('is read from text as an integer literal of Go', () => {
    const literals = [
      ['1_000', 1000n],
      ['0x1F', 31n],
      ['010', 8n],
      ['0o17', 15n],
      ['0b11', 3n],
      ['+5', 5n],
      ['-0', 0n],
      ['0', 0n],
    ] as const
    for (const [text, value] of literals) assert.equal(parseQuantity(text), value)
    for (const text of ['', ' 5', '-5', '1e3', '_1', '1__0', '08', '0x', 'five', '1.0']) {
      assert.throws(() => parseQuantity(text), { reason: 'quantity.invalid' }, text)
    }
  })

  it('has a text of QUANTITY_TEXT_SIZE_MAX characters, and none beyond', () => {
    const longest = '9'.repeat(QUANTITY_TEXT_SIZE_MAX)
    assert.equal(parseQuantity(longest).toString(), longest)
    assert.throws(() => parseQuantity(`${longest}9`), { reason: 'quantity.invalid' })
  })
})
