import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { decode, encode, zero } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import { EMPTY_HASH, hashOf } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import { HEADER_TYPES, Header, RoundRoots, Timestamp } from './block.ts'

describe('roothash.Header', () => {
  it('has the hashes of the reference', () => {
    const empty = hashOf(Header, zero(Header))
    const known = '677ad1a6b9f5e99ed94e5d598b6f92a4641a5f952f2d753b2a6122b6dceeb792'
    assert.equal(toHex(empty), known)
    const full: Header = {
      version: 42,
      // No namespace that could be decoded: the vector of the reference does not care.
      namespace: EMPTY_HASH as Uint8Array as Namespace,
      round: 1000n,
      timestamp: 1_560_257_841n,
      headerType: HEADER_TYPES.roundFailed,
      previousHash: empty,
      ioRoot: EMPTY_HASH,
      stateRoot: EMPTY_HASH,
      messagesHash: EMPTY_HASH,
      inMsgsHash: EMPTY_HASH,
    }
    assert.equal(
      toHex(hashOf(Header, full)),
      'b17374d9b36796752a787d0726ef44826bfdb3ece52545e126c8e7592663544d',
    )
  })

  it('shows its time as a date in JSON', () => {
    assert.equal(toJson(Timestamp, 1_560_257_841n), '"2019-06-11T12:57:21Z"')
    assert.equal(parseJson(Timestamp, '"2019-06-11T12:57:21.9Z"'), 1_560_257_841n)
  })
})

describe('roothash.RoundRoots', () => {
  it('is an array on the wire', () => {
    const roots = { stateRoot: EMPTY_HASH, ioRoot: zero(Header).ioRoot }
    const bytes = encode(RoundRoots, roots)
    assert.equal(toHex(bytes), `825820${toHex(EMPTY_HASH)}5820${'00'.repeat(32)}`)
    assert.deepEqual(decode(RoundRoots, bytes), roots)
    const three = Uint8Array.of(0x83, ...bytes.slice(1), 0)
    assert.throws(() => decode(RoundRoots, three), { module: 'unknown', code: 1 })
  })
})
