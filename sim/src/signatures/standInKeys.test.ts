import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Secret } from '@wadi/base/secret'
import { contextOf, prehash } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import fc from 'fast-check'
import { StandInKeys } from './standInKeys.ts'

const keyOf = (n: number) => new Uint8Array(32).fill(n)
const keys = new StandInKeys()
const [sign, signOther] = [keys.signWith(keyOf(1)), keys.signWith(keyOf(2))]

describe('stand-in signatures', () => {
  it('are valid for their key and message, and with any byte changed for nothing', () => {
    const check = (message: Uint8Array, at: number, by: number) => {
      const signature = sign(message)
      const signed = { publicKey: keyOf(1), message, signature }
      assert.ok(keys.verify(signed))
      assert.deepEqual(keys.dialect.verifyAll([signed, signed]), [true, true])
      const forged = signature.with(at % signature.length, signature[at % 64]! ^ by)
      assert.ok(!keys.verify({ ...signed, signature: forged }))
      if (message.length === 0) return
      const other = message.with(at % message.length, message[at % message.length]! ^ by)
      assert.ok(!keys.verify({ ...signed, message: other }))
    }
    const position = fc.nat(1000)
    const bits = fc.integer({ min: 1, max: 255 })
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), position, bits, check))
  })

  it('are not valid for another key, or a longer or shorter message', () => {
    const message = keyOf(9)
    const signature = signOther(message)
    assert.ok(!keys.verify({ publicKey: keyOf(1), message, signature }))
    assert.ok(!keys.verify({ publicKey: keyOf(3), message, signature }))
    assert.ok(!keys.verify({ publicKey: keyOf(2), message: message.subarray(1), signature }))
    const longer = new Uint8Array([...message, 0])
    assert.ok(!keys.verify({ publicKey: keyOf(2), message: longer, signature }))
    assert.ok(!keys.verify({ publicKey: keyOf(2), message, signature: signature.subarray(1) }))
  })

  it('are taken beside real ones, which are still checked', () => {
    const real = createMemorySigner('consensus', new Secret(keyOf(7)))
    const context = contextOf(contexts.tendermint)
    const message = keyOf(8)
    const signed = {
      publicKey: real.publicKey,
      message: prehash(context, message),
      signature: real.sign(context, message),
    }
    const standIn = keys.signer(real).sign(context, message)
    const all = [
      signed,
      signed,
      { ...signed, message: keyOf(9) },
      { ...signed, signature: signed.signature.with(0, signed.signature[0]! ^ 1) },
      { ...signed, signature: standIn },
      { ...signed, message: keyOf(9), signature: standIn },
    ]
    const expected = [true, true, false, false, true, false]
    assert.deepEqual(keys.provider.verifySignatures(all), expected)
    assert.deepEqual(
      all.map((one) => keys.provider.verifySignature(one)),
      expected,
    )
  })
})
