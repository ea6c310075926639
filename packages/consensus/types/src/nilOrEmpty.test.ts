import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { nilOrEmpty } from './nilOrEmpty.ts'

const Blob = struct({ b: nilOrEmpty(bytes) })

describe('nilOrEmpty', () => {
  it('tells an absent value and null from an empty one', () => {
    assert.equal(decode(Blob, parseHex('a0')).b, undefined)
    assert.equal(decode(Blob, parseHex('a16162f6')).b, undefined)
    assert.deepEqual(decode(Blob, parseHex('a1616240')).b, new Uint8Array(0))
  })

  it('writes neither of them', () => {
    assert.equal(toHex(encode(Blob, { b: undefined })), 'a0')
    assert.equal(toHex(encode(Blob, { b: new Uint8Array(0) })), 'a0')
    assert.equal(toHex(encode(Blob, { b: Uint8Array.of(1) })), 'a161624101')
  })
})
