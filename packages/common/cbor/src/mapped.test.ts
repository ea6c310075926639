import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, decodeRust, encode } from './codec.ts'
import { errors } from './errors.ts'
import { parseJson, toJson } from './json.ts'
import { mapped, namedInteger } from './mapped.ts'
import { bytes, u8 } from './scalars.ts'
import { omitEmpty, struct } from './struct.ts'

const Count = mapped(bytes, {
  name: 'Count',
  from: (wire) => {
    if (wire.length > 2) throw errors.outOfRange('a count has two bytes')
    return wire.length
  },
  to: (count: number) => new Uint8Array(count),
  jsonForm: { print: String, parse: Number },
  isGoStruct: true,
})

describe('mapped', () => {
  it('is empty when its wire form is', () => {
    const Holder = struct({ count: omitEmpty(Count) })
    assert.equal(toHex(encode(Holder, { count: 0 })), 'a0')
    assert.equal(toJson(Holder, { count: 0 }), '{"count":"0"}')
    assert.deepEqual(decode(Holder, encode(Holder, { count: 2 })), { count: 2 })
  })
  it('passes on what its mapping refuses, with the place', () => {
    const Holder = struct({ count: Count })
    const input = parseHex('a165636f756e7443000000')
    assert.throws(() => decode(Holder, input), { message: /two bytes: at \$\.count, byte 11$/ })
  })
  it('is read from an empty map if it is a Go struct, and not on the Rust side', () => {
    assert.equal(decode(Count, parseHex('a0')), 0)
    assert.throws(() => decode(Count, parseHex('8100')), { reason: 'cbor.wrongType' })
    assert.throws(() => decodeRust(Count, parseHex('a0')), { reason: 'cbor.wrongType' })
  })
})

describe('namedInteger', () => {
  const Vote = namedInteger(u8, { yes: 1, no: 2 })

  it('is an integer on the wire and a name in JSON', () => {
    assert.equal(toHex(encode(Vote, Vote.names.no)), '02')
    assert.equal(toJson(Vote, 1), '"yes"')
    assert.equal(parseJson(Vote, '"no"'), 2)
  })
  it('decodes an integer without a name, which has no JSON form', () => {
    assert.equal(decode(Vote, parseHex('09')), 9)
    assert.throws(() => toJson(Vote, 9), { reason: 'cbor.unknownName' })
    assert.throws(() => parseJson(Vote, '"toString"'), { reason: 'cbor.unknownName' })
  })
})
