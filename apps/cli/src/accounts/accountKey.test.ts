import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { parsePrivateKey, publicKeyOf, rawSecret, seedOf } from './accountKey.ts'

const SEED = new Uint8Array(32).fill(7)

describe('the key of an account', () => {
  it('is the first half of a private key, or all of a seed', () => {
    const { data } = rawSecret(new Secret(SEED))
    assert.deepEqual(parsePrivateKey(data).reveal(), SEED)
    assert.deepEqual(parsePrivateKey(new Secret(toBase64(SEED))).reveal(), SEED)
    const kept = seedOf(rawSecret(new Secret(SEED)), 0)
    assert.deepEqual(publicKeyOf(kept), publicKeyOf(new Secret(SEED)))
  })

  it('is refused without a word of it where it is none', () => {
    for (const bytes of [new Uint8Array(64).fill(7), new Uint8Array(33), new Uint8Array(0)]) {
      const text = toBase64(bytes)
      assert.throws(
        () => parsePrivateKey(new Secret(text)),
        ({ reason, message }) =>
          reason === 'wadi.badValue' && (text === '' || !message.includes(text)),
      )
    }
    assert.throws(() => parsePrivateKey(new Secret('no base64')), { reason: 'wadi.badValue' })
  })
})
