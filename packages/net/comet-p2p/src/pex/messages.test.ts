import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@wadi/protobuf/codec'
import { PexMessage } from '@wadi/tendermint/messages/pex'
import { parseNetAddress } from '../address/netAddress.ts'
import { PEX_BYTES_MAX, SELECTION_ADDRESSES_MAX } from '../limits.ts'
import { decodePexMessage, encodeAddresses, PEX_REQUEST } from './messages.ts'

const ID = 'a1'.repeat(20)
const bad = { reason: 'p2p.badPexMessage' }

const listOf = (changes: object, count = 1) =>
  encode(PexMessage, {
    kind: 'addresses',
    body: {
      addresses: Array.from({ length: count }, () => ({
        id: ID,
        ip: '1.2.3.4',
        port: 5,
        ...changes,
      })),
    },
  })

describe('messages about addresses', () => {
  it('are a request, or a list', () => {
    assert.deepEqual(decodePexMessage(PEX_REQUEST), { kind: 'request' })
    const addresses = [`${ID}@1.2.3.4:5`, `${ID}@[2600::1]:6`].map(parseNetAddress)
    assert.deepEqual(decodePexMessage(encodeAddresses(addresses)), { kind: 'addresses', addresses })
  })

  it('fit their channel at their longest', () => {
    const long = parseNetAddress(`${ID}@[2600:1111:2222:3333:4444:5555:6666:7777]:65535`)
    const message = encodeAddresses(Array(SELECTION_ADDRESSES_MAX).fill(long))
    assert.ok(message.length <= PEX_BYTES_MAX)
    assert.equal(decodePexMessage(message).kind, 'addresses')
  })

  it('are refused with one address more, and with what is no address', () => {
    assert.throws(() => decodePexMessage(listOf({}, SELECTION_ADDRESSES_MAX + 1)), bad)
    assert.throws(() => decodePexMessage(listOf({ ip: 'host.example' })), bad)
    assert.throws(() => decodePexMessage(listOf({ ip: '' })), bad)
    assert.throws(() => decodePexMessage(listOf({ port: 65_536 })), bad)
    assert.throws(() => decodePexMessage(Uint8Array.of()), bad)
    assert.throws(() => decodePexMessage(Uint8Array.of(0x1a, 0)), bad)
    assert.throws(() => decodePexMessage(Uint8Array.of(0x12, 5)), bad)
  })

  it('may tell of ids that are none: the book looks at those', () => {
    assert.equal(decodePexMessage(listOf({ id: 'x' })).kind, 'addresses')
  })
})
