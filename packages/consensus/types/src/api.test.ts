import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeRpc, encode } from '@wadi/cbor/codec'
import { u8 } from '@wadi/cbor/scalars'
import { asked, askedAt, askedBy, grown, Nothing, watched } from './api.ts'
import { calls as beacon } from './beacon/api.ts'
import { streams as roothash } from './roothash/api.ts'
import { OwnerQuery } from './staking/api.ts'

describe('calls', () => {
  it('that are asked with nothing write nothing, and read nothing', () => {
    assert.equal(encode(Nothing, undefined).length, 0)
    for (const bytes of [Uint8Array.of(0xf6), Uint8Array.of(0x9f), new Uint8Array(0)])
      assert.equal(decodeRpc(Nothing, bytes), undefined)
  })

  it('are about a height, or about the last one', () => {
    assert.equal(asked(u8).heightOf(undefined), 0n)
    assert.equal(askedAt(u8).heightOf(7n), 7n)
    const query = { ...OwnerQuery.zero, height: 9n }
    assert.equal(askedBy(OwnerQuery, u8).heightOf(query), 9n)
    assert.equal(beacon['Beacon/GetEpochBlock'].heightOf(7n), 0n)
  })
})

describe('streams', () => {
  it('are asked for with nothing, or with whom they are about', () => {
    assert.equal(encode(watched(u8).request, undefined).length, 0)
    const { request } = roothash['RootHash/WatchBlocks']
    assert.equal(encode(request, request.zero).length, 34)
  })
})

describe('a grown list', () => {
  it('is null when it is empty', () => {
    assert.deepEqual(encode(grown(u8), []), Uint8Array.of(0xf6))
    assert.deepEqual(encode(grown(u8), [5]), Uint8Array.of(0x81, 5))
  })

  it('is read from either', () => {
    assert.deepEqual(decodeRpc(grown(u8), Uint8Array.of(0xf6)), [])
    assert.deepEqual(decodeRpc(grown(u8), Uint8Array.of(0x80)), [])
    assert.deepEqual(decodeRpc(grown(u8), Uint8Array.of(0x81, 5)), [5])
  })
})
