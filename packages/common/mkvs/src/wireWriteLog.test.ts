import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, parseHex, toHex } from '@wadi/base/bytes'
import { decodeRpc, encode } from '@wadi/cbor/codec'
import { WRITE_LOG_COUNT_MAX } from './limits.ts'
import { WireWriteLog } from './wireWriteLog.ts'

/** An array of so many times one item. */
function listOf(count: number, item: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + count * item.length)
  bytes.set([0x9a, count >>> 24, count >>> 16, count >>> 8, count])
  for (let i = 0; i < count; i++) bytes.set(item, 5 + i * item.length)
  return bytes
}

describe('a write log on the wire', () => {
  it('tells a removed key from one with an empty value', () => {
    const log = [
      [Uint8Array.of(1), undefined],
      [Uint8Array.of(2), EMPTY_BYTES],
      [EMPTY_BYTES, Uint8Array.of(3)],
    ] as const
    assert.equal(toHex(encode(WireWriteLog, log)), '83824101f68241024082404103')
    assert.deepEqual(decodeRpc(WireWriteLog, encode(WireWriteLog, log)), log)
  })

  it('refuses what is no pair', () => {
    const refusal = { code: 1, reason: 'cbor.wrongType' }
    for (const bad of ['814101', '81814101', '8183410141024103', '81a0']) {
      assert.throws(() => decodeRpc(WireWriteLog, parseHex(bad)), refusal)
    }
  })

  it('WRITE_LOG_COUNT_MAX: has so many entries, and not one more', () => {
    const pair = parseHex('824040')
    const full = decodeRpc(WireWriteLog, listOf(WRITE_LOG_COUNT_MAX, pair))
    assert.equal(full.length, WRITE_LOG_COUNT_MAX)
    const tooLong = listOf(WRITE_LOG_COUNT_MAX + 1, pair)
    assert.throws(() => decodeRpc(WireWriteLog, tooLong), { code: 1, reason: 'cbor.tooMany' })
  })
})
