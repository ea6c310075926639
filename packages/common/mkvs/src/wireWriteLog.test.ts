import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, parseHex, toHex } from '@wadi/base/bytes'
import { decodeRpc, encode } from '@wadi/cbor/codec'
import { wireWriteLog } from './wireWriteLog.ts'

const WireWriteLog = wireWriteLog(3)

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

  it('has as many entries as its reader says, and not one more', () => {
    const pair = '824040'
    assert.equal(decodeRpc(WireWriteLog, parseHex(`83${pair.repeat(3)}`)).length, 3)
    const tooLong = parseHex(`84${pair.repeat(4)}`)
    assert.throws(() => decodeRpc(WireWriteLog, tooLong), { code: 1, reason: 'cbor.tooMany' })
  })
})
