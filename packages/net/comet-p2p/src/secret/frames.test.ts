import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { chacha20Poly1305 } from '@wadi/crypto/aead/chacha20Poly1305'
import { fastChaCha20Poly1305 } from '@wadi/crypto/aead/fastChaCha20Poly1305'
import fc from 'fast-check'
import { FRAME_DATA_BYTES_MAX } from '../limits.ts'
import { FrameOpener, FrameSealer, SEALED_BYTES } from './frames.ts'

const key = chacha20Poly1305.useKey(new Uint8Array(32).fill(3))
const sealer = (start?: bigint) => new FrameSealer(key, start)
const opener = (start?: bigint) => new FrameOpener(key, start)
const LAST = 2n ** 64n - 1n

describe('frames of a secret connection', () => {
  it('give back what was sealed, in whatever pieces they come', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 })
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 2500 }), (sent, piece) => {
        const [from, to] = [sealer(), opener()]
        const sealed = concatBytes(...sent.map((data) => from.seal(data)))
        const opened: Uint8Array[] = []
        for (let at = 0; at < sealed.length; at += piece)
          opened.push(to.open(sealed.subarray(at, at + piece)))
        assert.deepEqual(concatBytes(...opened), concatBytes(...sent))
      }),
      { numRuns: 30 },
    )
  })

  it('are the same with a key that writes into targets', () => {
    const fast = fastChaCha20Poly1305.useKey(new Uint8Array(32).fill(3))
    const sent = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 })
    fc.assert(
      fc.property(sent, (all) => {
        const [slow, quick, to] = [sealer(), new FrameSealer(fast), new FrameOpener(fast)]
        for (const data of all) {
          const sealed = quick.seal(data)
          assert.deepEqual(sealed, slow.seal(data))
          assert.deepEqual(to.open(sealed), data)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('are opened behind what was left of those before', () => {
    const pieces = fc.array(fc.tuple(fc.uint8Array({ maxLength: 5000 }), fc.nat(1100)), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 4000 }), (sent, size) => {
        const [from, to] = [sealer(), opener()]
        const plain = concatBytes(...sent.map(([data]) => data))
        const sealed = concatBytes(...sent.map(([data]) => from.seal(data)))
        const opened: Uint8Array[] = []
        let rest: Uint8Array = EMPTY_BYTES
        for (let at = 0; at < sealed.length; at += size) {
          const all = to.openBehind(rest, sealed.subarray(at, at + size))
          const left = Math.min(all.length, sent[0]![1])
          opened.push(all.slice(0, all.length - left))
          rest = all.subarray(all.length - left)
        }
        assert.deepEqual(concatBytes(...opened, rest), plain)
      }),
      { numRuns: 30 },
    )
  })

  it('have 1044 bytes each: 1024 of data, their length and a tag', () => {
    assert.equal(SEALED_BYTES, 1044)
    assert.equal(sealer().seal(EMPTY_BYTES).length, 0)
    assert.equal(sealer().seal(new Uint8Array(1)).length, 1044)
    assert.equal(sealer().seal(new Uint8Array(1024)).length, 1044)
    assert.equal(sealer().seal(new Uint8Array(1025)).length, 2088)
  })

  it('count their nonces in the last eight bytes, little-endian', () => {
    const frame = new Uint8Array(1028)
    frame.set([1, 0, 0, 0, 42])
    const nonce = Uint8Array.of(0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0)
    const sealed = sealer(0x1_ffff_ffffn)
    assert.deepEqual(sealed.seal(Uint8Array.of(42)), key.seal(nonce, frame, EMPTY_BYTES))
    const next = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0)
    assert.deepEqual(sealed.seal(Uint8Array.of(42)), key.seal(next, frame, EMPTY_BYTES))
  })

  it('refuse a frame with any bit changed, repeated, left out or cut', () => {
    const from = sealer()
    const [first, second] = [from.seal(Uint8Array.of(1)), from.seal(Uint8Array.of(2))]
    const badFrame = { reason: 'p2p.badFrame' }
    fc.assert(
      fc.property(fc.nat(SEALED_BYTES - 1), fc.nat(7), (at, bit) => {
        assert.throws(() => opener().open(first.with(at, first[at]! ^ (1 << bit))), badFrame)
      }),
      { numRuns: 50 },
    )
    assert.throws(() => opener().open(second), badFrame)
    const repeated = opener()
    repeated.open(first)
    assert.throws(() => repeated.open(first), badFrame)
    assert.throws(() => opener().open(concatBytes(first.subarray(1), second)), badFrame)
  })

  it('refuse a length beyond the bound, and take the bound', () => {
    const sealWith = (size: number) => {
      const frame = new Uint8Array(1028)
      new DataView(frame.buffer).setUint32(0, size, true)
      return key.seal(new Uint8Array(12), frame, EMPTY_BYTES)
    }
    assert.equal(opener().open(sealWith(FRAME_DATA_BYTES_MAX)).length, FRAME_DATA_BYTES_MAX)
    const tooLong = { reason: 'p2p.badFrameLength' }
    assert.throws(() => opener().open(sealWith(FRAME_DATA_BYTES_MAX + 1)), tooLong)
    assert.throws(() => opener().open(sealWith(0xffff_ffff)), tooLong)
  })

  it('end the session before a nonce comes round again', () => {
    const from = sealer(LAST)
    const to = opener(LAST)
    assert.deepEqual(to.open(from.seal(Uint8Array.of(5))), Uint8Array.of(5))
    assert.throws(() => from.seal(Uint8Array.of(6)), { reason: 'p2p.usedUp' })
    assert.throws(() => to.open(new Uint8Array(SEALED_BYTES)), { reason: 'p2p.usedUp' })
  })
})
