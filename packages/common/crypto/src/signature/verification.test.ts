import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { contextOf } from './context.ts'
import { contexts } from './contexts.ts'
import { forbidKeys } from './forbiddenKeys.ts'
import { createMemoryVrfSigner, createTestSigner, testSeed } from './memorySigner.ts'
import {
  areExactSigners,
  checkSignatures,
  isSignedByAll,
  isValidSignature,
  signatureRules,
  verifyOutput,
} from './verification.ts'

const context = contextOf(contexts.keyManagerPolicy)
const message = Uint8Array.of(1, 2, 3)
const signers = ['a', 'b', 'c'].map((name) => createTestSigner('entity', name))
const signatures = signers.map((signer) => ({
  publicKey: signer.publicKey,
  signature: signer.sign(context, message),
}))
const [a, b, c] = signatures as [
  (typeof signatures)[0],
  (typeof signatures)[0],
  (typeof signatures)[0],
]
const spoilt = { ...b, signature: a.signature }
const anybody = signatureRules(forbidKeys())
const notB = signatureRules(forbidKeys([b.publicKey]))

describe('signatures in a context', () => {
  it('are valid unless spoilt or by a forbidden key', () => {
    const isValid = (rules: typeof anybody, keyed: typeof a): boolean =>
      isValidSignature(rules, { ...keyed, context, message })
    assert.ok(isValid(anybody, b))
    assert.ok(!isValid(anybody, spoilt))
    assert.ok(!isValid(notB, b))
    assert.ok(isValid(notB, a))
  })

  it('have the same verdicts when checked together', () => {
    const together = [a, b, spoilt, c].map((keyed) => ({ ...keyed, context, message }))
    assert.deepEqual(checkSignatures(anybody, together), [true, true, false, true])
    assert.deepEqual(checkSignatures(notB, together), [true, false, false, true])
  })

  it('of many over one message need all to be valid, and at least one', () => {
    const over = { context, message }
    assert.ok(isSignedByAll(anybody, over, signatures))
    assert.ok(isSignedByAll(anybody, over, [a, a]))
    assert.ok(!isSignedByAll(anybody, over, [a, spoilt]))
    assert.ok(!isSignedByAll(notB, over, signatures))
    assert.ok(!isSignedByAll(anybody, over, []))
    assert.ok(!isSignedByAll(anybody, { ...over, message: Uint8Array.of(1) }, signatures))
  })
})

describe('exact signers', () => {
  const [keyA, keyB, keyC] = [a.publicKey, b.publicKey, c.publicKey]

  it('are a set: order and repetition of signatures do not matter', () => {
    assert.ok(areExactSigners([a, b], [keyB, keyA]))
    assert.ok(areExactSigners([a, b, a], [keyA, keyB]))
    assert.ok(areExactSigners([], []))
  })

  it('are neither more nor fewer nor others', () => {
    assert.ok(!areExactSigners([a, b], [keyA]))
    assert.ok(!areExactSigners([a], [keyA, keyB]))
    assert.ok(!areExactSigners([a, b], [keyA, keyC]))
  })

  it('count a key that is expected twice for two, as the reference does', () => {
    assert.ok(!areExactSigners([a], [keyA, keyA]))
    assert.ok(!areExactSigners([a, a], [keyA, keyA]))
    assert.ok(areExactSigners([a, b], [keyA, keyA]))
  })
})

describe('the output of the random function', () => {
  it('is not taken from a forbidden key', () => {
    const { publicKey, prove } = createMemoryVrfSigner(testSeed('a'))
    const alpha = Uint8Array.of(7)
    const proof = { publicKey, proof: prove(alpha) }
    assert.equal(verifyOutput(forbidKeys(), proof, alpha)?.length, 64)
    assert.equal(verifyOutput(forbidKeys([publicKey]), proof, alpha), undefined)
  })
})
