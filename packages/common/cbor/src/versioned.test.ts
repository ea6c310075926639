import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, decodeRpc, encode } from './codec.ts'
import { parseJson, toJson } from './json.ts'
import { mapped } from './mapped.ts'
import { u8, u16 } from './scalars.ts'
import { omitEmpty, struct } from './struct.ts'
import { readVersion, versioned } from './versioned.ts'

const Old = struct({ v: u16, id: u8, legacy: omitEmpty(u8) })
const Latest = struct({ v: u16, id: u8 })
const Entity = versioned(Latest, {
  1: mapped(Old, {
    name: 'Entity v1',
    from: ({ id }) => ({ v: 2, id }),
    to: ({ v, id }) => ({ v, id, legacy: 0 }),
  }),
  2: Latest,
})

describe('versioned', () => {
  it('converts an old version while decoding', () => {
    const old = parseHex('a361760162696407666c656761637909')
    assert.deepEqual(decode(Entity, old), { v: 2, id: 7 })
    assert.equal(toHex(encode(Entity, decode(Entity, old))), 'a261760262696407')
  })
  it('refuses a version that it does not know, and none', () => {
    assert.throws(() => decode(Entity, parseHex('a261760362696407')), {
      reason: 'cbor.unknownVersion',
    })
    assert.throws(() => decode(Entity, parseHex('a162696407')), { reason: 'cbor.missingVersion' })
  })
  it('refuses unknown fields even from a peer', () => {
    const input = parseHex('a361760262696407656f7468657200')
    assert.throws(() => decodeRpc(Entity, input), { reason: 'cbor.unknownField' })
    assert.throws(() => decodeRpc(struct({ e: Entity }), parseHex(`a16165${toHex(input)}`)), {
      message: /unknown field: other: at \$\.e, byte 17$/,
    })
  })
  it('has one JSON form, which no version changes', () => {
    assert.equal(toJson(Entity, { v: 2, id: 7 }), '{"v":2,"id":7}')
    assert.deepEqual(parseJson(Entity, '{"v":1,"id":7,"legacy":9}'), { v: 1, id: 7 })
    assert.deepEqual(parseJson(Entity, '{"id":7}'), { v: 0, id: 7 })
  })
})

describe('readVersion', () => {
  it('reads only the version', () => {
    assert.equal(readVersion(parseHex('a2617605616160')), 5)
  })
  it('refuses a version that is missing or malformed', () => {
    for (const hex of ['', 'a0', 'a16176f6', 'a1617619ffff', 'f6']) {
      assert.throws(() => readVersion(parseHex(hex)), { module: 'unknown', code: 1 })
    }
    assert.throws(() => readVersion(undefined), { reason: 'cbor.missingVersion' })
  })
})
