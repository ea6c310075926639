import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { x25519 } from '../x25519/x25519.ts'
import { deriveBoxKey, nextBoxNonce, useBoxKey } from './mraeBox.ts'

describe('the MRAE box', () => {
  it("derives the key of the reference's own test, a key with itself", () => {
    const secret = parseHex('c07b151fbc1e7a11dff926111188f8d872f62eba0396da97c0a24adb75161750')
    const publicKey = x25519.publicKey(secret)
    assert.equal(
      toHex(publicKey),
      '3046db3fa70ce605457dc47c48837ebd8bd0a26abfde5994d033e1ced68e2576',
    )
    assert.equal(
      toHex(deriveBoxKey(x25519, secret, publicKey)),
      'e69ac21066a8c2284e8fdc690e579af4513547b9b31dd144792c1904b45cf586',
    )
  })

  it('is opened by the other side and by nobody else', () => {
    const [alice, bob, eve] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const nonce = new Uint8Array(15)
    const data = Uint8Array.of(8)
    const text = Uint8Array.of(1, 2, 3)
    const sealed = useBoxKey(x25519, alice, x25519.publicKey(bob)).seal(nonce, text, data)
    const fromAlice = x25519.publicKey(alice)
    assert.deepEqual(useBoxKey(x25519, bob, fromAlice).open(nonce, sealed, data), text)
    const closed = useBoxKey(x25519, eve, fromAlice)
    assert.throws(() => closed.open(nonce, sealed, data), { reason: 'aead.openFailed' })
  })

  it('takes zeros for the secret with a public key of low order', () => {
    const lowOrder = new Uint8Array(32)
    const keys = [1, 2].map((byte) =>
      deriveBoxKey(
        x25519,
        lowOrder.map(() => byte),
        lowOrder,
      ),
    )
    assert.deepEqual(keys[0], keys[1])
  })

  it('counts nonces in the last four bytes, which wrap around', () => {
    const next = (hex: string): string => toHex(nextBoxNonce(parseHex(hex)))
    assert.equal(next('00'.repeat(15)), `${'00'.repeat(14)}01`)
    assert.equal(next(`${'00'.repeat(12)}ffffff`), `${'00'.repeat(11)}01000000`)
    assert.equal(next(`${'ab'.repeat(11)}ffffffff`), `${'ab'.repeat(11)}00000000`)
    assert.throws(() => nextBoxNonce(new Uint8Array(14)), { reason: 'aead.badNonceSize' })
  })
})
