import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, parseHex, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { arbitrary } from './arbitrary/arbitrary.ts'
import * as codec from './codec.ts'
import { list, mapOf } from './collections.ts'
import { namedInteger } from './mapped.ts'
import { oneOf, rustEnum, UNIT } from './oneOf.ts'
import * as scalars from './scalars.ts'
import type { AnySchema } from './schema.ts'
import { arrayStruct, flatten, nilable, omitEmpty, optional, struct } from './struct.ts'
import { readVersion, versioned } from './versioned.ts'

const { bool, bytes, bytesOf, byteList, fixedBytes, float64, i64, raw, text, time, u8, u16, u64 } =
  scalars
const { decode, decodeFirst, decodeRpc, decodeRust, decodeTrusted, encode, encodeRust } = codec

const Kind = namedInteger(u8, { one: 1, two: 2 })
const Inner = struct({ id: u64, name: omitEmpty(text) })

/** One schema of each family of decoders. */
const FAMILIES: Readonly<Record<string, AnySchema>> = {
  integer: list(i64) as AnySchema,
  text,
  bytes: list(bytes) as AnySchema,
  fixedBytes: struct({ key: bytesOf('Key', 32), array: fixedBytes(4) }) as AnySchema,
  raw: struct({ body: omitEmpty(raw) }) as AnySchema,
  float: list(float64) as AnySchema,
  time,
  list: list(nilable(list(bool))) as AnySchema,
  byteList: byteList(Kind) as AnySchema,
  map: mapOf(text, mapOf(u16, Kind)) as AnySchema,
  structKey: mapOf(Inner, u8) as AnySchema,
  struct: struct({
    a: omitEmpty(Inner),
    b: optional(Inner),
    c: u8,
    d: flatten(Inner),
  }) as AnySchema,
  arrayStruct: arrayStruct({ left: u64, right: bytes }) as AnySchema,
  oneOf: oneOf({ first: Inner, second: u64 }) as AnySchema,
  rustEnum: rustEnum({ Unit: UNIT, Body: Inner }) as AnySchema,
  versioned: versioned(struct({ v: u16, id: u8 }), {}) as AnySchema,
}

const DECODERS = { decode, decodeRpc, decodeTrusted, decodeRust }

interface Mutation {
  readonly at: number
  readonly length: number
  readonly bytes: Uint8Array
}

/** A change to valid bytes: some replaced, cut out or inserted. */
const mutation = fc.record({
  at: fc.nat(1 << 16),
  length: fc.nat(4),
  bytes: fc.uint8Array({ maxLength: 6 }),
})

function mutate(valid: Uint8Array, { at, length, bytes: added }: Mutation) {
  const start = at % (valid.length + 1)
  return concatBytes(valid.subarray(0, start), added, valid.subarray(start + length))
}

describe('decoding hostile input', () => {
  for (const [family, schema] of Object.entries(FAMILIES)) {
    it(`ends in a value or a coded error, whatever is changed: ${family}`, () => {
      fc.assert(
        fc.property(arbitrary(schema), fc.array(mutation, { maxLength: 3 }), (value, mutations) => {
          const input = mutations.reduce(mutate, encode(schema, value))
          for (const decoder of Object.values(DECODERS)) {
            try {
              decoder(schema, input)
            } catch (error) {
              assert.ok(error instanceof CodedError, String(error))
            }
          }
        }),
      )
    })
  }
  it('refuses truncated input at every byte', () => {
    const Wide = struct({ a: text, b: bytes, c: list(u64), d: optional(Inner), e: float64 })
    const value = { a: 'abc', b: Uint8Array.of(1, 2), c: [1000n], d: Inner.zero, e: 1 }
    const whole = encode(Wide, value)
    assert.deepEqual(decode(Wide, whole), value)
    for (let size = 0; size < whole.length; size++) {
      const input = whole.subarray(0, size)
      for (const decoder of Object.values(DECODERS)) {
        assert.throws(() => decoder(Wide, input), { reason: 'cbor.truncated' })
      }
    }
  })
  it('refuses a lying length without reserving anything for it', () => {
    const heads = ['5a7fffffff', '7a7fffffff', '9a00989680', 'ba00989680', '5bffffffffffffffff']
    const schemas = [bytes, text, list(u8), mapOf(u8, u8), raw, struct({}), fixedBytes(4)]
    for (const head of heads) {
      for (const schema of schemas as readonly AnySchema[]) {
        assert.throws(() => decode(schema, parseHex(`${head}00`)), {
          reason: /^cbor\.(truncated|wrongType)$/,
        })
      }
    }
  })
  it('refuses duplicate keys among very many in less than quadratic time', () => {
    const count = 20_000
    const key = (i: number) => encode(text, `k${i % (count - 1)}`)
    const pairs = Array.from({ length: count }, (_, i) => concatBytes(key(i), Uint8Array.of(0)))
    const input = concatBytes(Uint8Array.of(0xb9, count >> 8, count & 255), ...pairs)
    assert.throws(() => decode(mapOf(text, u8), input), { reason: 'cbor.duplicateKey' })
    assert.throws(() => decodeRpc(struct({ a: u8 }), input), { reason: 'cbor.duplicateKey' })
  })
  it('refuses deeply nested input', () => {
    const input = new Uint8Array(1_000_000).fill(0x81)
    for (const schema of [raw, list(raw), struct({})] as readonly AnySchema[]) {
      for (const decoder of Object.values(DECODERS)) {
        assert.throws(() => decoder(schema, input), { reason: /^cbor\.(tooDeep|wrongType)$/ })
      }
    }
  })
  it('does not repeat a long name in its message', () => {
    const name = encode(text, 'n'.repeat(100_000))
    const input = concatBytes(Uint8Array.of(0xa1), name, Uint8Array.of(0))
    assert.throws(
      () => decode(Inner, input),
      (error: Error) => error.message.length < 200,
    )
  })
  it('refuses what is not canonical where the reference does: on the Rust side', () => {
    const cases = {
      1805: 'notMinimal',
      '0500': 'trailingBytes',
      c105: 'wrongType',
      20: 'wrongType',
    }
    for (const [hex, reason] of Object.entries(cases)) {
      assert.throws(() => decodeRust(u64, parseHex(hex)), { reason: `cbor.${reason}` })
    }
  })
  it('refuses what is too large for its type', () => {
    assert.throws(() => decode(u8, parseHex('190100')), { reason: 'cbor.outOfRange' })
    assert.throws(() => decode(bytesOf('Key', 2), parseHex('43010203')), {
      reason: 'cbor.wrongLength',
    })
  })
})

describe('decoding', () => {
  it('takes nothing at all for the zero value', () => {
    assert.deepEqual(decode(Inner, undefined), { id: 0n, name: '' })
  })
  it('refuses empty input', () => {
    assert.throws(() => decode(Inner, new Uint8Array(0)), { reason: 'cbor.truncated' })
  })
  it('ignores what comes after the item, except on the Rust side', () => {
    const input = parseHex('05ff')
    assert.equal(decode(u64, input), 5n)
    assert.throws(() => decodeRust(u64, input), { reason: 'cbor.trailingBytes' })
  })
  it('reads consecutive items and tells where each ends', () => {
    const items = parseHex('0561610a')
    const first = decodeFirst(u64, items)
    const second = decodeFirst(text, items, first.end)
    const third = decodeFirst(u64, items, second.end)
    assert.deepEqual(
      [first, second, third],
      [
        { value: 5n, end: 1 },
        { value: 'a', end: 3 },
        { value: 10n, end: 4 },
      ],
    )
    assert.throws(() => decodeFirst(u64, items, third.end), { reason: 'cbor.truncated' })
  })
  it('reports every failure as unknown/1, with a path', () => {
    const Outer = struct({ fees: mapOf(text, list(struct({ amount: u8 }))) })
    const input = parseHex('a16466656573a1617882a166616d6f756e7401a166616d6f756e74f5')
    assert.throws(() => decode(Outer, input), {
      name: 'CodedError',
      module: 'unknown',
      code: 1,
      reason: 'cbor.wrongType',
      message:
        'cbor: item of another type: boolean instead of an integer: at $.fees{617882a166616d6f}[1].amount, byte 28',
    })
  })
  it('of any value gives the value back, in both dialects', () => {
    for (const schema of Object.values(FAMILIES)) {
      const { kind } = schema.shape
      fc.assert(
        fc.property(arbitrary(schema), (value) => {
          const bytesOfValue = encode(schema, value)
          if (kind !== 'versioned') assert.deepEqual(decode(schema, bytesOfValue), value)
          if (kind === 'versioned' || kind === 'time' || schema === FAMILIES['float']) return
          assert.deepEqual(decodeRust(schema, encodeRust(schema, value)), value)
        }),
        { numRuns: 40 },
      )
    }
  })
  it('of a version reads no further than the item', () => {
    assert.equal(readVersion(parseHex('a1617602ffff')), 2)
  })
})

describe('encoding', () => {
  it('may happen while encoding', () => {
    const seen: string[] = []
    const Nested = struct({
      a: {
        ...u8,
        write(writer, value: number) {
          seen.push(toHex(encode(text, 'other')))
          u8.write(writer, value)
        },
      },
    })
    assert.equal(toHex(encode(Nested, { a: 1 })), 'a1616101')
    assert.deepEqual(seen, ['656f74686572'])
  })
  it('goes on after a value was refused', () => {
    assert.throws(() => encode(list(u8), [1, 256]), { reason: 'cbor.outOfRange' })
    assert.equal(toHex(encode(list(u8), [1])), '8101')
  })
  it('grows its buffer as needed', () => {
    for (const size of [1000, 5000, 3_000_000]) {
      const value = new Uint8Array(size).fill(7)
      assert.deepEqual(decode(bytes, encode(bytes, value)), value)
    }
  })
})
