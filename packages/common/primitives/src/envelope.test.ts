import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@wadi/cbor/codec'
import { text, u64 } from '@wadi/cbor/scalars'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { signatureRules } from '@wadi/crypto/signature/verification'
import {
  isOnlySignedBy,
  isSignedBy,
  multiSignValue,
  openMultiSigned,
  openSigned,
  signValue,
} from './envelope.ts'
import { PublicKey } from './publicKey.ts'

const alice = createTestSigner('node', 'envelope: alice')
const bob = createTestSigner('node', 'envelope: bob')
const keyOf = (signer: typeof alice) => PublicKey.check(signer.publicKey)
const context = contextOf(contexts.registerNode)
const otherContext = contextOf(contexts.registerEntity)
const rules = signatureRules(forbidKeys([]))
const refusal = { module: 'unknown', code: 1, reason: 'envelope.verificationFailed' }

describe('Signed', () => {
  const signed = signValue(alice, context, text, 'hello')

  it('gives its value and signer to whoever verifies it', () => {
    const opened = openSigned(rules, context, text, signed)
    assert.deepEqual({ ...opened }, { value: 'hello', signer: keyOf(alice) })
  })

  it('is refused under another context, with another value, or by a key that may not sign', () => {
    assert.throws(() => openSigned(rules, otherContext, text, signed), refusal)
    const changed = { ...signed, untrustedRawValue: encode(text, 'hullo') }
    assert.throws(() => openSigned(rules, context, text, changed), refusal)
    const forbidding = signatureRules(forbidKeys([alice.publicKey]))
    assert.throws(() => openSigned(forbidding, context, text, signed), refusal)
  })

  it('is not decoded before its signature is verified', () => {
    const garbage = { ...signed, untrustedRawValue: Uint8Array.of(0xff) }
    assert.throws(() => openSigned(rules, context, text, garbage), refusal)
    const wrongType = signValue(alice, context, u64, 5n)
    const decoding = { reason: 'cbor.wrongType' }
    assert.throws(() => openSigned(rules, context, text, wrongType), decoding)
  })

  it('over nothing at all opens as the zero value, over an empty string not at all', () => {
    const empty = new Uint8Array(0)
    const signature = { ...signed.signature, signature: alice.sign(context, empty) }
    const ofNothing = { untrustedRawValue: undefined, signature } as typeof signed
    assert.equal(openSigned(rules, context, text, ofNothing).value, '')
    const ofEmpty = { ...ofNothing, untrustedRawValue: empty }
    assert.throws(() => openSigned(rules, context, text, ofEmpty), { reason: 'cbor.truncated' })
  })
})

describe('MultiSigned', () => {
  const signed = multiSignValue([alice, bob, alice], context, text, 'hello')

  it('gives its value and signers to whoever verifies it', () => {
    const { value, signers } = openMultiSigned(rules, context, text, signed)
    assert.equal(value, 'hello')
    assert.deepEqual(signers, [alice, bob, alice].map(keyOf))
  })

  it('is refused when nobody signed, or when one of the signatures is wrong', () => {
    for (const signatures of [[], undefined]) {
      const unsigned = { ...signed, signatures }
      assert.throws(() => openMultiSigned(rules, context, text, unsigned), refusal)
    }
    const [first, second] = signed.signatures!
    const swapped = { ...first!, signature: second!.signature }
    const wrong = { ...signed, signatures: [second!, swapped] }
    assert.throws(() => openMultiSigned(rules, context, text, wrong), refusal)
  })

  it('is only signed by a set: twice the same signer counts once', () => {
    assert.ok(isOnlySignedBy(signed, [keyOf(bob), keyOf(alice)]))
    assert.ok(!isOnlySignedBy(signed, [keyOf(alice)]))
    const byAlice = multiSignValue([alice], context, text, 'hello')
    assert.ok(!isOnlySignedBy(byAlice, [keyOf(alice), keyOf(bob)]))
  })

  it('counts what is expected but does not compare it as a set', () => {
    assert.ok(!isOnlySignedBy(signed, [keyOf(alice), keyOf(alice), keyOf(bob)]))
    assert.ok(isOnlySignedBy(signed, [keyOf(alice), keyOf(alice)]))
  })

  it('knows whether a key is among its signers', () => {
    const byAlice = multiSignValue([alice], context, text, 'hello')
    assert.ok(isSignedBy(byAlice, keyOf(alice)) && !isSignedBy(byAlice, keyOf(bob)))
    assert.ok(!isSignedBy({ ...byAlice, signatures: undefined }, keyOf(alice)))
  })
})
