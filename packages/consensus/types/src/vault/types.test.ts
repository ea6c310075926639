import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import { Action } from './types.ts'

describe('vault.Action', () => {
  it('keeps an empty action, because it is there', () => {
    assert.equal(toHex(encode(Action, make(Action, { suspend: {} }))), 'a16773757370656e64a0')
    assert.deepEqual(decode(Action, parseHex('a16773757370656e64a0')).suspend, {})
  })

  it('is decoded with none set, or with several: refusing that is a rule of the service', () => {
    assert.deepEqual(decode(Action, Uint8Array.of(0xa0)), zero(Action))
    const both = make(Action, { suspend: {}, resume: {} })
    assert.deepEqual(decode(Action, encode(Action, both)), both)
  })
})
