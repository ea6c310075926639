import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import fc from 'fast-check'
import { PEER_ID_TEXT_SIZE_MAX } from './limits.ts'
import { PeerId, parsePeerId, printPeerId } from './peerId.ts'

/** Both forms made by go-libp2p 0.48. */
const BYTES = parseHex(
  '0024080112205ba68bc5e01e06f755c4c044dd11ec508e4c17f1faf40c0e67874388437a9e55',
)
const TEXT = '12D3KooWFz8ZdcCeBF2CEuz9F4Uyf4UrzmyjSpMmgSSyDk8a5w56'

describe('the name of a peer', () => {
  it('is bytes in CBOR and base 58 in JSON, as with libp2p', () => {
    assert.equal(printPeerId(BYTES), TEXT)
    assert.deepEqual(parsePeerId(TEXT), BYTES)
    assert.equal(toJson(PeerId, BYTES), `"${TEXT}"`)
    assert.deepEqual(parseJson(PeerId, `"${TEXT}"`), BYTES)
    assert.deepEqual(decode(PeerId, encode(PeerId, BYTES)), BYTES)
  })

  it('is the same after it was written and read, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        assert.deepEqual(parsePeerId(printPeerId(bytes)), bytes)
      }),
    )
  })

  it('is no text with other letters, and none that is too long', () => {
    for (const letter of ['0', 'O', 'I', 'l', '+', ' '])
      assert.throws(() => parsePeerId(`12D3${letter}`), { reason: 'peerId.malformed' })
    const zeros = (count: number) => '1'.repeat(count)
    assert.equal(parsePeerId(zeros(PEER_ID_TEXT_SIZE_MAX)).length, PEER_ID_TEXT_SIZE_MAX)
    assert.throws(() => parsePeerId(zeros(PEER_ID_TEXT_SIZE_MAX + 1)), {
      reason: 'peerId.malformed',
    })
  })
})
