import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { decode, decodeRust, encode, encodeRust } from './codec.ts'
import * as scalars from './scalars.ts'
import type { Schema } from './schema.ts'

const { bool, bytes, bytesOf, fixedBytes, float64, i64, raw, text, u8, u64 } = scalars

/** RFC 8949, appendix A: what the protocol's types can hold, with the integer as decimal text. */
const RFC_INTEGERS: readonly (readonly [bigint, string])[] = [
  [0n, '00'],
  [1n, '01'],
  [10n, '0a'],
  [23n, '17'],
  [24n, '1818'],
  [25n, '1819'],
  [100n, '1864'],
  [1000n, '1903e8'],
  [1000000n, '1a000f4240'],
  [1000000000000n, '1b000000e8d4a51000'],
  [18446744073709551615n, '1bffffffffffffffff'],
]
const RFC_NEGATIVES: readonly (readonly [bigint, string])[] = [
  [-1n, '20'],
  [-10n, '29'],
  [-100n, '3863'],
  [-1000n, '3903e7'],
]
const RFC_FLOATS: readonly (readonly [number, string])[] = [
  [0, 'f90000'],
  [-0, 'f98000'],
  [1, 'f93c00'],
  [1.1, 'fb3ff199999999999a'],
  [1.5, 'f93e00'],
  [65504, 'f97bff'],
  [100000, 'fa47c35000'],
  [3.4028234663852886e38, 'fa7f7fffff'],
  [1e300, 'fb7e37e43c8800759c'],
  [2 ** -24, 'f90001'],
  [0.00006103515625, 'f90400'],
  [-4, 'f9c400'],
  [-4.1, 'fbc010666666666666'],
  [Number.POSITIVE_INFINITY, 'f97c00'],
  [Number.NaN, 'f97e00'],
  [Number.NEGATIVE_INFINITY, 'f9fc00'],
]
const RFC_TEXTS: readonly (readonly [string, string])[] = [
  ['', '60'],
  ['a', '6161'],
  ['IETF', '6449455446'],
  ['"\\', '62225c'],
  ['ü', '62c3bc'],
  ['水', '63e6b0b4'],
  ['𐅑', '64f0908591'],
]

function holds<T>(schema: Schema<T>, cases: readonly (readonly [T, string])[]): void {
  for (const [value, hex] of cases) {
    assert.equal(toHex(encode(schema, value)), hex)
    assert.deepEqual(decode(schema, parseHex(hex)), value)
  }
}

describe('integers', () => {
  it('are as in appendix A of RFC 8949', () => {
    holds(u64, RFC_INTEGERS)
    holds(i64, RFC_INTEGERS.slice(0, -1))
    holds(i64, RFC_NEGATIVES)
  })
  const narrow = { u8, u16: scalars.u16, u32: scalars.u32, i8: scalars.i8, i16: scalars.i16 }
  for (const [name, schema] of Object.entries({ ...narrow, i32: scalars.i32 })) {
    const isSigned = name.startsWith('i')
    const bits = Number(name.slice(1))
    const end = 2 ** (isSigned ? bits - 1 : bits)
    const begin = isSigned ? -end : 0
    it(`${name}: accept each bound and refuse one beyond`, () => {
      const of = (value: number) => encode(i64, BigInt(value))
      for (const value of [begin, end - 1]) assert.equal(decode(schema, of(value)), value)
      for (const value of [begin - 1, end]) {
        assert.throws(() => decode(schema, of(value)), { reason: 'cbor.outOfRange' })
        assert.throws(() => encode(schema, value), { reason: 'cbor.outOfRange' })
      }
    })
  }
  it('of 64 bits refuse what is one beyond, on both ways', () => {
    for (const value of [-1n, 2n ** 64n]) {
      assert.throws(() => encode(u64, value), { reason: 'cbor.outOfRange' })
    }
    for (const value of [-(2n ** 63n) - 1n, 2n ** 63n]) {
      assert.throws(() => encode(i64, value), { reason: 'cbor.outOfRange' })
    }
    const beyond = parseHex('1b8000000000000000')
    assert.throws(() => decode(i64, beyond), { reason: 'cbor.outOfRange' })
  })
  it('are never encoded from a fraction', () => {
    assert.throws(() => encode(u8, 1 / 2), { reason: 'cbor.outOfRange' })
  })
  it('of any value survive both dialects', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => {
        assert.equal(decode(i64, encode(i64, value)), value)
        assert.equal(decodeRust(i64, encodeRust(i64, value)), value)
      }),
    )
  })
})

describe('floats', () => {
  it('are as in appendix A of RFC 8949, in the shortest form that keeps them', () => {
    holds(float64, RFC_FLOATS)
  })
  it('survive', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        assert.ok(Object.is(decode(float64, encode(float64, value)), value))
      }),
    )
  })
})

describe('booleans', () => {
  it('are as in appendix A of RFC 8949', () => {
    holds(bool, [
      [false, 'f4'],
      [true, 'f5'],
    ])
  })
})

describe('texts', () => {
  it('are as in appendix A of RFC 8949', () => {
    holds(text, RFC_TEXTS)
  })
  it('of every length around a head of another size survive', () => {
    for (const size of [0, 1, 22, 23, 24, 25, 64, 65, 255, 256, 1024, 1025, 5000]) {
      for (const letter of ['a', 'é']) {
        const value = letter.repeat(size)
        assert.equal(decode(text, encode(text, value)), value)
      }
    }
  })
  it('survive', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        assert.equal(decode(text, encode(text, value)), value.toWellFormed())
      }),
    )
  })
})

describe('byte strings', () => {
  it('are as in appendix A of RFC 8949', () => {
    holds(bytes, [
      [new Uint8Array(0), '40'],
      [Uint8Array.of(1, 2, 3, 4), '4401020304'],
    ])
  })
  it('are copies: neither side can change the other', () => {
    for (const size of [4, 64, 65, 1024, 1025]) {
      const encoded = encode(bytes, new Uint8Array(size))
      const decoded = decode(bytes, encoded)
      encoded.fill(0xff)
      assert.deepEqual(decoded, new Uint8Array(size))
    }
  })
  it('of a fixed size refuse any other size', () => {
    const Key = bytesOf('Key', 3)
    for (const size of [0, 2, 4]) {
      const other = new Uint8Array(size)
      assert.throws(() => decode(Key, encode(bytes, other)), { reason: 'cbor.wrongLength' })
      assert.throws(() => Key.check(other), { reason: 'cbor.wrongLength' })
      assert.throws(() => encode(Key, other as never), { reason: 'cbor.wrongLength' })
    }
    assert.equal(toHex(decode(Key, parseHex('43010203'))), '010203')
  })
  it('of a plain array must have its size on the Rust side', () => {
    const array = fixedBytes(2)
    assert.equal(toHex(decode(array, parseHex('4101'))), '0100')
    assert.throws(() => decodeRust(array, parseHex('4101')), { reason: 'cbor.wrongLength' })
  })
})

describe('opaque items', () => {
  it('stay as they came', () => {
    const item = 'a2616101616182f9000018ff'
    assert.equal(toHex(encode(raw, decode(raw, parseHex(`${item}00`)))), item)
  })
  it('are checked in full on the Rust side only', () => {
    const lenient = ['a202000100', 'a201000100', '61ff', 'f93c00', 'e0', '1801']
    for (const item of lenient.map(parseHex)) {
      assert.deepEqual(decode(raw, item), item)
      assert.throws(() => decodeRust(raw, item), { module: 'unknown', code: 1 })
    }
  })
  it('may have tags on the Rust side only', () => {
    const tagged = parseHex('81c100')
    assert.deepEqual(decodeRust(raw, tagged), tagged)
    assert.throws(() => decode(raw, tagged), { reason: 'cbor.tag' })
  })
})
