/** What every provider of Ed25519 must do: the verdicts of the reference, single and in batches. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { signedMessage, validSignature } from '../arbitrary/signedMessage.ts'
import type { Ed25519Provider } from '../provider.ts'
import { verifyByReference } from '../reference.ts'
import type { SignedMessage } from '../signedMessage.ts'

interface Case {
  readonly name?: string
  readonly publicKey: string
  readonly message: string
  readonly signature: string
  readonly isValid: boolean
}

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string }
    readonly tests: readonly {
      readonly tcId: number
      readonly msg: string
      readonly sig: string
      readonly result: string
    }[]
  }[]
}

function vectors<T>(name: string): T {
  const path = new URL(`../../../vectors/ed25519/${name}`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8'))
}

const toSigned = (c: Case): SignedMessage => ({
  publicKey: parseHex(c.publicKey),
  message: parseHex(c.message),
  signature: parseHex(c.signature),
})

/** The suite for one provider. */
export function testEd25519(name: string, provider: Ed25519Provider): void {
  const assertVerdicts = (cases: readonly Case[]): void => {
    const signed = cases.map(toSigned)
    const verdicts = provider.verifySignatures(signed)
    for (const [i, { name, isValid }] of cases.entries()) {
      assert.equal(provider.verifySignature(signed[i]!), isValid, `${name}: one by one`)
      assert.equal(verdicts[i], isValid, `${name}: in a batch`)
    }
  }

  describe(`Ed25519 by ${name}`, () => {
    it('gives the verdicts of the reference on crafted keys, nonce points and scalars', () => {
      const cases = vectors<readonly Case[]>('crafted.json')
      assert.equal(cases.length, 247)
      assertVerdicts(cases)
    })

    it('accepts 3, 4 and 5 of the twelve cases of "Taming the many EdDSAs"', () => {
      const cases = vectors<readonly Case[]>('speccheck.json')
      const accepts = (c: Case): boolean => provider.verifySignature(toSigned(c))
      assert.deepEqual(
        cases.flatMap((c, i) => (accepts(c) ? [i] : [])),
        [3, 4, 5],
      )
      assertVerdicts(cases)
    })

    it('agrees with Wycheproof', () => {
      const { testGroups } = vectors<WycheproofFile>('wycheproof.json')
      const cases = testGroups.flatMap(({ publicKey, tests }) =>
        tests.map(({ tcId, msg, sig, result }) => ({
          name: `tcId ${tcId}`,
          publicKey: publicKey.pk,
          message: msg,
          signature: sig,
          isValid: result === 'valid',
        })),
      )
      assert.equal(cases.length, 151)
      assertVerdicts(cases)
    })

    it('decides as the readable reference, alone and in any mix', () => {
      fc.assert(
        fc.property(fc.array(signedMessage, { maxLength: 6 }), (signed) => {
          const verdicts = signed.map(verifyByReference)
          assert.deepEqual(signed.map(provider.verifySignature), verdicts)
          assert.deepEqual(provider.verifySignatures(signed), verdicts)
        }),
        { numRuns: 15 },
      )
    })

    it('accepts a batch of valid ones, also with parts of small order', () => {
      fc.assert(
        fc.property(fc.array(validSignature, { maxLength: 6 }), (signed) => {
          assert.deepEqual(
            provider.verifySignatures(signed),
            signed.map(() => true),
          )
        }),
        { numRuns: 15 },
      )
    })

    it('refuses keys and signatures of another size', () => {
      const good = toSigned(vectors<readonly Case[]>('crafted.json')[0]!)
      assert.equal(provider.verifySignature(good), true)
      for (const size of [0, 31, 33]) {
        const signed = { ...good, publicKey: new Uint8Array(size) }
        assert.equal(provider.verifySignature(signed), false)
      }
      for (const size of [0, 63, 65]) {
        const signature = new Uint8Array(size)
        signature.set(good.signature.subarray(0, size))
        assert.equal(provider.verifySignature({ ...good, signature }), false)
        assert.deepEqual(provider.verifySignatures([good, { ...good, signature }]), [true, false])
      }
    })
  })
}
