import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { decodeDelimited, encode, encodeDelimited } from '@wadi/protobuf/codec'
import { Packet } from '@wadi/tendermint/messages/connection'
import fc from 'fast-check'
import { BATCH_BYTES_MAX, PACKET_BYTES_MAX, PACKET_DATA_BYTES_MAX } from '../limits.ts'
import { decodeAny, decodePacket, PacketWriter, PING, PONG } from './packet.ts'

const channelIds = fc.integer({ min: 0, max: 255 })
const someData = fc.uint8Array({ maxLength: PACKET_DATA_BYTES_MAX })

function written(channelId: number, data: Uint8Array, isLast: boolean): Uint8Array {
  const writer = new PacketWriter(BATCH_BYTES_MAX)
  const size = writer.piece(channelId, data, isLast)
  const bytes = writer.take().slice()
  assert.equal(bytes.length, size)
  return bytes
}

/** What a decoder makes of bytes: a value, or why not. */
function outcome(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch (error) {
    assert.ok(error instanceof CodedError)
    return error.reason
  }
}

describe('packets', () => {
  it('are written as their schema says', () => {
    fc.assert(
      fc.property(channelIds, someData, fc.boolean(), (channelId, data, eof) => {
        const body = { channelId, eof, data }
        assert.deepEqual(
          written(channelId, data, eof),
          encodeDelimited(Packet, { kind: 'message', body }),
        )
      }),
    )
  })

  it('are read fast as the schema reads them, also when a byte was changed', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(channelIds, someData, fc.boolean(), change, (channelId, data, eof, [at, to]) => {
        const bytes = encode(Packet, { kind: 'message', body: { channelId, eof, data } })
        assert.deepEqual(decodePacket(bytes), decodeAny(bytes))
        const changed = bytes.with(at % Math.min(bytes.length, 12), to)
        assert.deepEqual(outcome(decodePacket, changed), outcome(decodeAny, changed))
        const cut = bytes.subarray(0, at % bytes.length)
        if (cut.length > 0) assert.deepEqual(outcome(decodePacket, cut), outcome(decodeAny, cut))
      }),
      { numRuns: 500 },
    )
  })

  it('have at most the size that the reference takes', () => {
    const full = written(1, new Uint8Array(PACKET_DATA_BYTES_MAX), true)
    assert.equal(full.length - 2, PACKET_BYTES_MAX)
  })

  it('are pings and pongs too', () => {
    assert.deepEqual(decodePacket(PING.subarray(1)), { kind: 'ping' })
    assert.deepEqual(decodePacket(PONG.subarray(1)), { kind: 'pong' })
    assert.equal(decodeDelimited(Packet, PING).kind, 'ping')
  })

  it('of no kind, or of no sense, are refused', () => {
    const refusal = (bytes: number[]) => outcome(decodePacket, Uint8Array.from(bytes))
    assert.equal(refusal([]), 'p2p.unknownPacket')
    assert.equal(refusal([0x22, 0]), 'p2p.unknownPacket')
    assert.equal(refusal([0x1a, 5, 1]), 'p2p.badPacket')
    assert.equal(refusal([0x1a, 3, 0x08, 0x80, 0x02]), 'p2p.unknownChannel')
    const negative = encode(Packet, {
      kind: 'message',
      body: { channelId: -1, eof: true, data: new Uint8Array(0) },
    })
    assert.equal(outcome(decodePacket, negative), 'p2p.unknownChannel')
  })
})
