import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { ED25519_BATCH_SIZE_MAX } from '../limits.ts'
import { areValidSignatures, verifySignatures } from './batch.ts'
import { L } from './curve.ts'
import { toBytes, toNumber } from './reference.ts'
import { publicKeyOfSeed, signMessage } from './sign.ts'
import type { SignedMessage } from './signedMessage.ts'

function signedBySeed(i: number): SignedMessage {
  const seed = new Uint8Array(32).fill(i)
  const message = Uint8Array.of(i, i >> 8)
  const publicKey = publicKeyOfSeed(seed)
  return { publicKey, message, signature: signMessage({ seed, publicKey }, message) }
}

/** The signature with another S. */
function shifted(signed: SignedMessage, by: bigint): SignedMessage {
  const signature = signed.signature.slice()
  signature.set(toBytes((((toNumber(signature.subarray(32)) + by) % L) + L) % L), 32)
  return { ...signed, signature }
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
    // S0 + 1 and Sj - 1: the sum of both equations still holds if their coefficients are the same.
    for (let j = 1; j <= 16; j++) {
      const signed = Array.from({ length: j + 1 }, (_, i) => signedBySeed(i))
      signed[0] = shifted(signed[0]!, 1n)
      signed[j] = shifted(signed[j]!, -1n)
      assert.deepEqual(
        verifySignatures(signed),
        signed.map((_, i) => i > 0 && i < j),
      )
    }
  })

  it('takes coefficients that nobody knows before choosing the last signature', () => {
    // S0 + z1 and S1 - z0 cancel out if z0 and z1 are still the coefficients afterwards. They are
    // those of the batch as it was signed, or those of a batch that leaves out every S.
    const signed = [signedBySeed(0), signedBySeed(1)] as const
    const hashes = signed.map(({ publicKey, message, signature }) =>
      sha512(concatBytes(signature.subarray(0, 32), publicKey, message)),
    )
    const whole = signed.flatMap(({ signature }, i) => [hashes[i]!, signature.subarray(32)])
    const domain = toUtf8('wadi: ed25519 batch coefficients')
    for (const transcript of [whole, hashes]) {
      const seed = sha512(concatBytes(domain, ...transcript))
      const coefficients = sha512(concatBytes(seed, Uint8Array.of(0)))
      const [z0, z1] = [
        toNumber(coefficients.subarray(0, 16)),
        toNumber(coefficients.subarray(16, 32)),
      ]
      const chosen = [shifted(signed[0], z1), shifted(signed[1], -z0)]
      assert.deepEqual(verifySignatures(chosen), [false, false])
    }
  })

  it('is empty without harm', () => {
    assert.deepEqual(verifySignatures([]), [])
  })
})
