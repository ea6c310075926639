import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { signedMessage } from './arbitrary/signedMessage.ts'
import { decode, isSmallOrder, verifyByReference } from './reference.ts'
import { verifySignature } from './verify.ts'

describe('Ed25519 verification', () => {
  it('decides as the readable reference, and as ZIP-215 without points of small order', () => {
    fc.assert(
      fc.property(signedMessage, (signed) => {
        const verdict = verifySignature(signed)
        assert.equal(verdict, verifyByReference(signed))
        const points = [decode(signed.publicKey), decode(signed.signature.subarray(0, 32))]
        const hasSmall = points.some((point) => point !== undefined && isSmallOrder(point))
        const { publicKey, message, signature } = signed
        const zip215 = ed25519.verify(signature, message, publicKey, { zip215: true })
        assert.equal(verdict, zip215 && !hasSmall)
      }),
      { numRuns: 40 },
    )
  })
})
