import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { parseJson, toJson } from '@wadi/cbor/json'
import { text } from '@wadi/cbor/scalars'
import { type StructValue, struct } from '@wadi/cbor/struct'
import { changedMap } from './changedMap.ts'
import { GasCosts } from './gas.ts'

const fields = { gasCosts: changedMap(GasCosts) }
const Changes = struct(fields)
type Changes = StructValue<typeof fields>

const forms = (changes: Changes) => [toHex(encode(Changes, changes)), toJson(Changes, changes)]

describe('a map among parameter changes', () => {
  it('is told apart when read: none changes nothing, an empty one empties', () => {
    assert.equal(decode(Changes, parseHex('a0')).gasCosts, undefined)
    assert.equal(decode(Changes, parseHex('a1696761735f636f737473f6')).gasCosts, undefined)
    assert.equal(decode(Changes, parseHex('a1696761735f636f737473a0')).gasCosts?.size, 0)
    assert.equal(parseJson(Changes, '{"gas_costs":{}}').gasCosts?.size, 0)
  })

  it('is left out when it is empty', () => {
    assert.deepEqual(forms({ gasCosts: undefined }), ['a0', '{}'])
    assert.deepEqual(forms({ gasCosts: keyedMap(text, []) }), ['a0', '{}'])
  })

  it('is written when there is something in it', () => {
    const changes = decode(Changes, parseHex('a1696761735f636f737473a1616101'))
    assert.deepEqual(forms(changes), ['a1696761735f636f737473a1616101', '{"gas_costs":{"a":1}}'])
  })
})
