import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ED25519_BATCH_SIZE_MAX } from '../limits.ts'
import { areValidSignatures, verifySignatures } from './batch.ts'
import { publicKeyOfSeed, signMessage } from './sign.ts'
import type { SignedMessage } from './signedMessage.ts'

function signedBySeed(i: number): SignedMessage {
  const seed = new Uint8Array(32).fill(i)
  const message = Uint8Array.of(i, i >> 8)
  const publicKey = publicKeyOfSeed(seed)
  return { publicKey, message, signature: signMessage({ seed, publicKey }, message) }
}

describe('a batch of Ed25519 signatures', () => {
  it('finds the one bad signature, at the bound of a part and one beyond', () => {
    for (const count of [1, 2, ED25519_BATCH_SIZE_MAX, ED25519_BATCH_SIZE_MAX + 1]) {
      const signed = Array.from({ length: count }, (_, i) => signedBySeed(i))
      assert.equal(areValidSignatures(signed), true)
      const bad = count - 1
      signed[bad] = { ...signed[bad]!, message: Uint8Array.of(1, 2, 3) }
      assert.equal(areValidSignatures(signed), false)
      assert.deepEqual(
        verifySignatures(signed),
        signed.map((_, i) => i !== bad),
      )
    }
  })

  it('is not deceived by two bad signatures whose errors cancel out', () => {
    // S1 + 1 and S2 - 1: the plain sum of both equations still holds.
    const [a, b] = [signedBySeed(1), signedBySeed(2)]
    const shifted = (signed: SignedMessage, by: number): SignedMessage => {
      const signature = signed.signature.slice()
      signature[32] = signature[32]! + by
      return { ...signed, signature }
    }
    assert.deepEqual(verifySignatures([shifted(a, 1), shifted(b, -1)]), [false, false])
  })

  it('is empty without harm', () => {
    assert.deepEqual(verifySignatures([]), [])
  })
})
