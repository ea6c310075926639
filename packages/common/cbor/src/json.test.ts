import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { arbitrary } from './arbitrary/arbitrary.ts'
import { encode } from './codec.ts'
import { keyedMap, list, mapOf } from './collections.ts'
import { errors } from './errors.ts'
import { parseJson, toIndentedJson, toJson } from './json.ts'
import { mapped, namedInteger } from './mapped.ts'
import { oneOf } from './oneOf.ts'
import * as scalars from './scalars.ts'
import { flatten, named, nilable, omitEmpty, optional, struct } from './struct.ts'

const { bool, byteList, bytes, bytesOf, fixedBytes, i64, text, time, u8, u64 } = scalars

const Kind = namedInteger(u8, { worker: 1, backup: 2 })
const Amount = mapped(bytes, {
  name: 'Amount',
  from: (wire) => BigInt(wire.length),
  to: (amount: bigint) => new Uint8Array(Number(amount)),
  jsonForm: {
    print: String,
    parse: (digits) => {
      if (!/^\d+$/.test(digits)) throw errors.wrongJsonType(digits)
      return BigInt(digits)
    },
  },
})
const Pool = struct({ balance: omitEmpty(Amount), note: omitEmpty(text) })
const Everything = struct({
  kind: Kind,
  kinds: omitEmpty(byteList(Kind)),
  costs: omitEmpty(mapOf(Kind, u64)),
  byNumber: mapOf(u64, bool),
  offset: i64,
  pointer: optional(bool),
  slice: nilable(bytes),
  pools: list(Pool),
  pool: omitEmpty(Pool),
  embedded: flatten(struct({ when: time, total: named('Total', Amount) })),
  array: fixedBytes(2),
  key: bytesOf('Key', 3),
  event: oneOf({ first: u8, second: text }),
})

describe('JSON', () => {
  it('keeps 64 bits', () => {
    for (const value of [0n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
      assert.equal(toJson(u64, value), String(value))
      assert.equal(parseJson(u64, String(value)), value)
    }
    assert.throws(() => parseJson(u64, '18446744073709551616'), { reason: 'cbor.outOfRange' })
    for (const digits of ['1.0', '1e3', '-1']) {
      assert.throws(() => parseJson(u64, digits), { reason: 'cbor.wrongJsonType' })
    }
  })
  it('keeps what CBOR drops, and drops what Go drops', () => {
    const Account = struct({
      pool: omitEmpty(Pool),
      nonce: omitEmpty(u64),
      list: omitEmpty(list(u8)),
    })
    assert.equal(toJson(Account, Account.zero), '{"pool":{"balance":"0"}}')
  })
  it('shows names, of map keys too, and lists of names', () => {
    const Roles = struct({ kinds: byteList(Kind), costs: mapOf(Kind, u64) })
    const roles = { kinds: [1, 2], costs: keyedMap(Kind, [[2, 5n]]) }
    assert.equal(toJson(Roles, roles), '{"kinds":["worker","backup"],"costs":{"backup":5}}')
  })
  it('sorts map keys by their texts', () => {
    const map = keyedMap(u64, [
      [9n, true],
      [10n, false],
    ])
    assert.equal(toJson(mapOf(u64, bool), map), '{"10":false,"9":true}')
  })
  it('escapes what Go escapes', () => {
    const value = '<a href="x">&\u2028\u0000\u001f\n\\\u007f é'
    assert.equal(
      toJson(text, value),
      '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\u0000\\u001f\\n\\\\\u007f é"',
    )
    assert.equal(parseJson(text, toJson(text, value)), value)
  })
  it('is indented as a genesis file', () => {
    const Document = struct({ height: i64, empty: struct({}), none: list(u8), some: list(u8) })
    const value = { height: 1n, empty: {}, none: [], some: [1, 2] }
    const expected =
      '{\n  "height": 1,\n  "empty": {},\n  "none": [],\n  "some": [\n    1,\n    2\n  ]\n}'
    assert.equal(toIndentedJson(Document, value), expected)
    assert.deepEqual(parseJson(Document, expected), value)
  })
  it('ignores unknown fields and case, takes null for zero, and reports the place', () => {
    const Outer = struct({ pools: list(Pool), nonce: u64 })
    assert.deepEqual(parseJson(Outer, '{"POOLS":[{"x":[{}]}],"nonce":null}'), {
      pools: [Pool.zero],
      nonce: 0n,
    })
    assert.throws(() => parseJson(Outer, '{"pools":[{},{"note":5}]}'), {
      message: 'cbor: JSON value of another type: number instead of a string: at $.pools[1].note',
    })
  })
  it('takes the long s and the Kelvin sign for letters of a field name, as Go does', () => {
    const Small = struct({ maskSize: u8 })
    assert.deepEqual(parseJson(Small, '{"ma\u017f\u212a_\u017fize":1}'), { maskSize: 1 })
    assert.deepEqual(parseJson(Small, '{"mask_s\u0131ze":1}'), { maskSize: 0 })
  })
  it('reads a field that is there twice into what its first value left', () => {
    const Document = struct({
      pool: Pool,
      pointer: optional(Pool),
      costs: mapOf(text, u8),
      pools: list(Pool),
      data: bytes,
      kind: u8,
    })
    const twice = `{
      "pool": {"balance":"3"}, "Pool": {"note":"n"}, "pool": null,
      "pointer": {"balance":"3"}, "pointer": {"note":"n"},
      "costs": {"a":1,"b":2}, "costs": {"b":3},
      "pools": [{"balance":"3"},{"note":"lost"}], "pools": [{"note":"n"}],
      "data": "AQ==", "data": null,
      "kind": 5, "kind": null
    }`
    const both = { balance: 3n, note: 'n' }
    assert.deepEqual(
      encode(Document, parseJson(Document, twice)),
      encode(Document, {
        pool: both,
        pointer: both,
        costs: keyedMap(text, [
          ['a', 1],
          ['b', 3],
        ]),
        pools: [both],
        data: new Uint8Array(0),
        kind: 5,
      }),
    )
    assert.throws(() => parseJson(Document, '{"kind":"x","kind":1}'), {
      reason: 'cbor.wrongJsonType',
    })
  })
  it('leaves a byte for which the second value of a field has null', () => {
    const Blob = struct({ any: bytes, two: fixedBytes(2) })
    const blob = parseJson(Blob, '{"any":"BQY=","any":[null,7,null],"two":[1,2],"two":[null,3]}')
    assert.deepEqual([...blob.any, ...blob.two], [5, 7, 0, 1, 3])
  })

  it('refuses what is no JSON', () => {
    for (const bad of [
      '',
      '{',
      '[1,]',
      '{"a":1,}',
      '01',
      '+1',
      '"\n"',
      '"\\x"',
      "'a'",
      'nul',
      '1 2',
    ]) {
      assert.throws(() => parseJson(scalars.u8, bad), { reason: 'cbor.badJson' })
    }
  })
  it('of any value gives the value back', () => {
    fc.assert(
      fc.property(arbitrary(Everything), (value) => {
        for (const json of [toJson(Everything, value), toIndentedJson(Everything, value)]) {
          assert.deepEqual(
            encode(Everything, parseJson(Everything, json)),
            encode(Everything, value),
          )
        }
      }),
    )
  })
  it('of hostile texts ends in a value or a coded error', () => {
    const part = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      'null',
      '-',
      '1',
      'e',
      '\\u',
      ' ',
      '"kind"',
      '9'.repeat(30),
    )
    fc.assert(
      fc.property(
        arbitrary(Everything),
        fc.array(part, { maxLength: 4 }),
        fc.nat(),
        (value, parts, at) => {
          const json = toJson(Everything, value)
          const cut = at % json.length
          try {
            parseJson(Everything, json.slice(0, cut) + parts.join('') + json.slice(cut + 1))
          } catch (error) {
            assert.ok(error instanceof CodedError, String(error))
          }
        },
      ),
    )
  })
})
