import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import fc from 'fast-check'
import { EXPECTED_BYTES_MAX } from '../limits.ts'
import { Incoming } from './incoming.ts'

const channel = { id: 0x21, priority: 1, sendQueueMax: 1, messageBytesMax: 1_000_000 }
const messages = fc.array(
  fc.array(fc.uint8Array({ maxLength: 1024, size: 'max' }), { minLength: 1, maxLength: 20 }),
  { maxLength: 6 },
)

function pushAll(incoming: Incoming, pieces: readonly Uint8Array[]): Uint8Array | undefined {
  const results = pieces.map((piece, i) => incoming.push(piece, i === pieces.length - 1))
  assert.ok(results.slice(0, -1).every((result) => result === undefined))
  return results.at(-1)
}

describe('a message in pieces', () => {
  it('is all of them, and its own, whatever came before and comes after', () => {
    fc.assert(
      fc.property(messages, (all) => {
        const incoming = new Incoming(channel)
        const wanted = all.map((pieces) => concatBytes(...pieces))
        const got = all.map((pieces) => pushAll(incoming, pieces))
        for (const pieces of all) for (const piece of pieces) piece.fill(0xff)
        assert.deepEqual(got, wanted)
        assert.equal(incoming.heldBytes, 0)
      }),
    )
  })

  it('takes little more room than it needs, if the last one was long', () => {
    const piece = new Uint8Array(1024)
    const incoming = new Incoming(channel)
    pushAll(incoming, Array(300).fill(piece))
    incoming.push(piece, false)
    assert.equal(incoming.heldBytes, EXPECTED_BYTES_MAX)
    assert.ok(incoming.push(piece, true)!.buffer.byteLength <= 2 * 2048)
    incoming.push(piece, false)
    assert.equal(incoming.heldBytes, 4096)
  })

  it('has the room of the last one at once', () => {
    const pieces = Array(65).fill(new Uint8Array(1024))
    const incoming = new Incoming(channel)
    pushAll(incoming, pieces)
    incoming.push(pieces[0], false)
    assert.equal(incoming.heldBytes, 65 * 1024)
  })
})
