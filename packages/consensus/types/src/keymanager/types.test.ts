import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import { StatusEvent } from '../churp/events.ts'
import { MasterSecretEvent, StatusUpdateEvent } from './events.ts'
import { Status } from './types.ts'

describe('keymanager.Status', () => {
  it('tells a checksum that is empty from one that is not there', () => {
    const key = `68${toHex(toUtf8('checksum'))}`
    const none = encode(Status, zero(Status))
    const empty = encode(Status, make(Status, { checksum: new Uint8Array(0) }))
    assert.ok(toHex(none).includes(`${key}f6`) && toHex(empty).includes(`${key}40`))
    for (const bytes of [none, empty])
      assert.deepEqual(encode(Status, decode(Status, bytes)), bytes)
  })

  it('always has its nodes and its policy', () => {
    const hex = toHex(encode(Status, zero(Status)))
    for (const name of ['nodes', 'policy']) assert.ok(hex.includes(`${toHex(toUtf8(name))}f6`))
  })
})

describe('events of the key manager', () => {
  it('have capitalised names', () => {
    const nameOf = (bytes: Uint8Array) => toHex(bytes).slice(4, -2)
    assert.equal(
      nameOf(encode(StatusUpdateEvent, zero(StatusUpdateEvent))),
      toHex(toUtf8('Statuses')),
    )
    assert.equal(
      nameOf(encode(MasterSecretEvent, zero(MasterSecretEvent))),
      toHex(toUtf8('Secret')),
    )
    assert.equal(nameOf(encode(StatusEvent, zero(StatusEvent))), toHex(toUtf8('Status')))
  })
})
