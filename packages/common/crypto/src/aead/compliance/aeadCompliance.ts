/** What every implementation behind the AEAD face must do. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import fc from 'fast-check'
import { AEAD_BYTES_MAX } from '../../limits.ts'
import { type Aead, checkOpenInput, checkSealInput, TAG_BYTES } from '../aead.ts'

const EMPTY = new Uint8Array(0)
const refused = { reason: 'aead.openFailed' }

/** Runs the suite on one implementation. */
export function testAead(name: string, aead: Aead): void {
  const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
  const anyKey = bytes(aead.keyBytes)
  const anyNonce = bytes(aead.nonceBytes)
  const anyText = fc.uint8Array({ maxLength: 300 })
  const key = aead.useKey(new Uint8Array(aead.keyBytes).fill(7))
  const nonce = new Uint8Array(aead.nonceBytes).fill(9)

  describe(`${name} as an AEAD`, () => {
    it('opens what it sealed, and leaves its inputs alone', () => {
      fc.assert(
        fc.property(anyKey, anyNonce, anyText, anyText, (k, n, text, data) => {
          const before = [k, n, text, data].map((input) => input.slice())
          const used = aead.useKey(k)
          const sealed = used.seal(n, text, data)
          assert.equal(sealed.length, text.length + TAG_BYTES)
          assert.deepEqual(used.open(n, sealed, data), text)
          assert.deepEqual([k, n, text, data], before)
        }),
        { numRuns: 60 },
      )
    })

    it('copies its key', () => {
      const bytesOfKey = new Uint8Array(aead.keyBytes).fill(7)
      const used = aead.useKey(bytesOfKey)
      bytesOfKey.fill(0)
      assert.deepEqual(used.seal(nonce, EMPTY, EMPTY), key.seal(nonce, EMPTY, EMPTY))
    })

    it('refuses a sealed message with any single bit changed', () => {
      const data = Uint8Array.of(1, 2, 3)
      const sealed = key.seal(nonce, new Uint8Array(37).fill(5), data)
      for (let bit = 0; bit < 8 * sealed.length; bit++) {
        const changed = sealed.slice()
        changed[bit >> 3]! ^= 1 << (bit & 7)
        assert.throws(() => key.open(nonce, changed, data), refused)
      }
    })

    it('refuses another nonce, other associated data, and another key', () => {
      const data = Uint8Array.of(1, 2, 3)
      const sealed = key.seal(nonce, Uint8Array.of(4, 5), data)
      const otherNonce = nonce.map((x, i) => (i === 0 ? x ^ 1 : x))
      const otherKey = aead.useKey(new Uint8Array(aead.keyBytes))
      assert.throws(() => key.open(otherNonce, sealed, data), refused)
      assert.throws(() => key.open(nonce, sealed, Uint8Array.of(1, 2)), refused)
      assert.throws(() => key.open(nonce, sealed, EMPTY), refused)
      assert.throws(() => otherKey.open(nonce, sealed, data), refused)
    })

    it('refuses a message that was cut or lengthened', () => {
      const sealed = key.seal(nonce, new Uint8Array(20), EMPTY)
      for (let size = 0; size < sealed.length; size++) {
        assert.throws(() => key.open(nonce, sealed.subarray(0, size), EMPTY), refused)
      }
      const longer = new Uint8Array(sealed.length + 1)
      longer.set(sealed)
      assert.throws(() => key.open(nonce, longer, EMPTY), refused)
    })

    it('refuses keys and nonces of another size', () => {
      for (const size of [0, aead.keyBytes - 1, aead.keyBytes + 1]) {
        assert.throws(() => aead.useKey(new Uint8Array(size)), { reason: 'aead.badKeySize' })
      }
      for (const size of [0, aead.nonceBytes - 1, aead.nonceBytes + 1]) {
        const wrong = new Uint8Array(size)
        const bad = { reason: 'aead.badNonceSize' }
        assert.throws(() => key.seal(wrong, EMPTY, EMPTY), bad)
        assert.throws(() => key.open(wrong, new Uint8Array(16), EMPTY), bad)
      }
    })

    it('takes AEAD_BYTES_MAX bytes of associated data and of text', () => {
      const atBound = new Uint8Array(AEAD_BYTES_MAX)
      assert.equal(key.open(nonce, key.seal(nonce, EMPTY, atBound), atBound).length, 0)
      checkSealInput(aead, nonce, atBound, EMPTY)
      checkOpenInput(aead, nonce, new Uint8Array(AEAD_BYTES_MAX + TAG_BYTES), EMPTY)
    })

    it('refuses one byte more than AEAD_BYTES_MAX', () => {
      const tooLong = new Uint8Array(AEAD_BYTES_MAX + 1)
      const sealed = new Uint8Array(AEAD_BYTES_MAX + 1 + TAG_BYTES)
      const bad = { reason: 'aead.tooLong' }
      assert.throws(() => key.seal(nonce, tooLong, EMPTY), bad)
      assert.throws(() => key.seal(nonce, EMPTY, tooLong), bad)
      assert.throws(() => key.open(nonce, sealed, EMPTY), bad)
      assert.throws(() => key.open(nonce, new Uint8Array(TAG_BYTES), tooLong), bad)
    })

    it('cannot be used after it was wiped', () => {
      const used = aead.useKey(new Uint8Array(aead.keyBytes))
      used.wipe()
      used.wipe()
      assert.throws(() => used.seal(nonce, EMPTY, EMPTY), BugError)
      assert.throws(() => used.open(nonce, new Uint8Array(TAG_BYTES), EMPTY), BugError)
    })
  })
}
