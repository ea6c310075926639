import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeWalRecords, encodePeerMessages, encodeWalRecord } from './walCodec.ts'
import type { WalRecord } from './walRecord.ts'

const plain = { noNullPrototype: true }
const heights = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
const uint32s = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const place = { height: heights, round: uint32s, step: uint32s }

const peers = fc.stringMatching(/^[0-9a-f]{0,40}$/)
const peerMessages = fc.record(
  {
    kind: fc.constant('peer-message' as const),
    peer: peers,
    message: fc.uint8Array(),
  },
  plain,
)
const walRecords: fc.Arbitrary<WalRecord> = fc.oneof(
  peerMessages,
  fc.record({ kind: fc.constant('own-message' as const), message: fc.uint8Array() }, plain),
  fc.record({ kind: fc.constant('peer-gone' as const), peer: peers }, plain),
  fc.record({ kind: fc.constant('timeout' as const), ...place, durationMs: uint32s }, plain),
  fc.record({ kind: fc.constant('round-state' as const), ...place }, plain),
  fc.record({ kind: fc.constant('end-height' as const), height: heights }, plain),
)

describe('a record of the write-ahead log', () => {
  it('is decoded to what was encoded', () => {
    fc.assert(
      fc.property(walRecords, (record) => {
        assert.deepEqual(decodeWalRecords(encodeWalRecord(record)), [record])
      }),
    )
  })

  it('is one of several in a frame, if it is a message of a peer', () => {
    fc.assert(
      fc.property(fc.array(peerMessages), (records) => {
        assert.deepEqual(decodeWalRecords(encodePeerMessages(records)), records)
      }),
    )
  })

  it('is no record if its kind or its message is unknown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.uint8Array(), (kind, payload) => {
        const record = decodeWalRecords({ kind, payload })
        if (kind === 0 || kind > 7) assert.equal(record, undefined)
      }),
    )
    assert.equal(decodeWalRecords({ kind: 1, payload: Uint8Array.of(0x0a, 9) }), undefined)
  })
})
