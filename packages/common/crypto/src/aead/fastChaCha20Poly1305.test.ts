import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
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
})
