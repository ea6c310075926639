import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { TAG_BYTES } from './aead.ts'
import { chacha20Poly1305 } from './chacha20Poly1305.ts'
import { DATA_BYTES_MAX, TEXT_BYTES_MAX } from './chacha20Poly1305Kernel.ts'
import { testAead } from './compliance/aeadCompliance.ts'
import { testChaCha20Poly1305Vectors } from './compliance/chacha20Poly1305Vectors.ts'
import { fastChaCha20Poly1305 } from './fastChaCha20Poly1305.ts'

testAead('fastChaCha20Poly1305', fastChaCha20Poly1305)
testChaCha20Poly1305Vectors('fastChaCha20Poly1305', fastChaCha20Poly1305)

const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
const EDGE = fc.constantFrom(0, 0xff)

describe('fastChaCha20Poly1305 beside its plain form', () => {
  it('seals the same, and opens it', () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 1200 }),
      // Sums near the prime come from bytes that are all alike.
      fc.tuple(EDGE, fc.nat(1200)).map(([byte, size]) => new Uint8Array(size).fill(byte)),
    )
    const data = fc.uint8Array({ maxLength: 70 })
    fc.assert(
      fc.property(bytes(32), bytes(12), text, data, (key, nonce, message, associated) => {
        const [fast, plain] = [fastChaCha20Poly1305, chacha20Poly1305].map((aead) =>
          aead.useKey(key),
        )
        const sealed = fast!.seal(nonce, message, associated)
        assert.deepEqual(sealed, plain!.seal(nonce, message, associated))
        assert.deepEqual(fast!.open(nonce, sealed, associated), message)
      }),
    )
  })

  it('does so at the bounds of the kernel, and one beyond', () => {
    const [key, nonce] = [new Uint8Array(32).fill(1), new Uint8Array(12).fill(2)]
    const [fast, plain] = [fastChaCha20Poly1305, chacha20Poly1305].map((aead) => aead.useKey(key))
    for (const more of [0, 1]) {
      const message = new Uint8Array(TEXT_BYTES_MAX + more).fill(3)
      const associated = new Uint8Array(DATA_BYTES_MAX + more).fill(4)
      const sealed = fast!.seal(nonce, message, associated)
      assert.deepEqual(sealed, plain!.seal(nonce, message, associated))
      assert.deepEqual(fast!.open(nonce, sealed, associated), message)
      sealed[5]! ^= 1
      assert.throws(() => fast!.open(nonce, sealed, associated), { reason: 'aead.openFailed' })
    }
  })

  it('seals and opens into targets what it seals and opens', () => {
    const key = fastChaCha20Poly1305.useKey(new Uint8Array(32).fill(1))
    const plain = chacha20Poly1305.useKey(new Uint8Array(32).fill(1))
    const none = new Uint8Array(0)
    const sizes = fc.oneof(
      fc.nat(1200),
      fc.integer({ min: TEXT_BYTES_MAX - 1, max: TEXT_BYTES_MAX + 1 }),
    )
    fc.assert(
      fc.property(bytes(12), sizes, fc.nat(255), (nonce, size, byte) => {
        const text = new Uint8Array(size).fill(byte)
        const sealed = new Uint8Array(size + TAG_BYTES)
        key.sealInto?.(nonce, text, sealed)
        assert.deepEqual(sealed, plain.seal(nonce, text, none))
        const opened = new Uint8Array(size).fill(1)
        key.openInto?.(nonce, sealed, opened)
        assert.deepEqual(opened, text)
      }),
    )
  })

  it('opens nothing into a target if any bit is changed', () => {
    const key = fastChaCha20Poly1305.useKey(new Uint8Array(32).fill(1))
    const nonce = new Uint8Array(12)
    const sealed = key.seal(nonce, new Uint8Array(37), new Uint8Array(0))
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const target = new Uint8Array(37).fill(7)
      const changed = sealed.with(bit >> 3, sealed[bit >> 3]! ^ (1 << (bit & 7)))
      assert.throws(() => key.openInto?.(nonce, changed, target), { reason: 'aead.openFailed' })
      assert.deepEqual(target, new Uint8Array(37).fill(7))
    }
  })
})
