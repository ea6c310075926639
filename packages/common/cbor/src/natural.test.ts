import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { decode, decodeRpc, decodeRust, encode } from './codec.ts'
import { parseJson, toJson } from './json.ts'
import { natural, plainNatural } from './natural.ts'

const SIZES = [8n, 47n, 48n, 49n, 64n, 128n, 600n]
const number = fc.oneof(...SIZES.map((bits) => fc.bigInt(0n, 2n ** bits)))

describe('natural', () => {
  it('is its bytes without leading zeros', () => {
    for (const [value, hex] of [
      [0n, '40'],
      [1n, '4101'],
      [255n, '41ff'],
      [256n, '420100'],
      [2n ** 48n - 1n, '46ffffffffffff'],
      [2n ** 48n, '4701000000000000'],
    ] as const) {
      assert.equal(toHex(encode(natural, value)), hex)
      assert.equal(decode(natural, parseHex(hex)), value)
    }
  })
  it('is encoded as by the readable reference', () => {
    fc.assert(
      fc.property(number, (value) => {
        assert.deepEqual(encode(natural, value), encode(plainNatural, value))
        assert.equal(natural.isEmpty(value), plainNatural.isEmpty(value))
        assert.equal(parseJson(natural, toJson(natural, value)), value)
      }),
    )
  })
  it('is decoded as by the readable reference, whatever comes', () => {
    const head = fc.constantFrom(0x40, 0x42, 0x46, 0x47, 0x58, 0x80, 0xa0, 0xf6, 0xf7, 0x01)
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 12 }), (first, rest) => {
        const input = Uint8Array.of(first, ...rest)
        for (const decoder of [decode, decodeRpc, decodeRust]) {
          const outcome = (schema: typeof natural) => {
            try {
              return decoder(schema, input)
            } catch (error) {
              assert.ok(error instanceof CodedError)
              return error.reason
            }
          }
          assert.equal(outcome(natural), outcome(plainNatural))
        }
      }),
    )
  })
  it('refuses to encode what is negative', () => {
    assert.throws(() => encode(natural, -1n), { reason: 'cbor.outOfRange' })
  })
  it('of a megabyte is decoded in linear time', () => {
    const huge = encode(natural, 1n << 8_000_000n)
    assert.equal(decode(natural, huge) >> 8_000_000n, 1n)
  })
})
