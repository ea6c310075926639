/** What every signer must do. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { toBase64, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { contextOf } from '../context.ts'
import { contexts } from '../contexts.ts'
import { forbidKeys } from '../forbiddenKeys.ts'
import type { Signer } from '../signer.ts'
import { isValidSignature, signatureRules } from '../verification.ts'

/** Runs the suite on one signer; `seed` is what it must not show. */
export function testSigner(name: string, signer: Signer, seed: Uint8Array): void {
  const rules = signatureRules(forbidKeys())
  const [context, other] = [contextOf(contexts.registerNode), contextOf(contexts.tendermint)]
  const { publicKey } = signer

  describe(`${name} as a signer`, () => {
    it('signs for one context and message, the same again', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
          const signature = signer.sign(context, message)
          assert.deepEqual(signer.sign(context, message), signature)
          const signed = { context, message, publicKey, signature }
          assert.ok(isValidSignature(rules, signed))
          assert.ok(!isValidSignature(rules, { ...signed, context: other }))
          assert.ok(!isValidSignature(rules, { ...signed, message: Uint8Array.of(...message, 0) }))
        }),
        { numRuns: 10 },
      )
    })

    it('does not show its key', () => {
      const options = { depth: 9, showHidden: true, maxArrayLength: 99 }
      const texts = [String(signer), JSON.stringify(signer), inspect(signer, options)]
      for (const text of texts) {
        for (const secret of [toHex(seed), toBase64(seed), seed.join(), seed.join(', ')]) {
          assert.ok(!text.includes(secret))
        }
      }
    })
  })
}
