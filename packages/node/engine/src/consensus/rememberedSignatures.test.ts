import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { oasisDialect, type SignatureDialect } from '@wadi/tendermint/dialect'
import fc from 'fast-check'
import { SIGNATURES_REMEMBERED_MAX } from '../limits.ts'
import { RememberedSignatures } from './rememberedSignatures.ts'

type Signed = Parameters<SignatureDialect['verify']>[0]

/** Counts what it is asked; a signature is right if it begins as the message and the key do. */
class CountingDialect implements SignatureDialect {
  readonly name = 'counting'
  asked = 0

  verify({ publicKey, message, signature }: Signed): boolean {
    this.asked++
    return signature[4] === message[0] && signature[5] === publicKey[0]
  }

  verifyAll(signed: readonly Signed[]): readonly boolean[] {
    return signed.map((each) => this.verify(each))
  }

  prehash(message: Uint8Array): Uint8Array {
    return message.slice(1)
  }
}

/** Few keys, messages and signatures, so that they come again, and differ in one thing only. */
const byte = fc.integer({ min: 0, max: 1 })
const anySigned: fc.Arbitrary<Signed> = fc
  .record({ key: byte, message: byte, of: fc.tuple(byte, byte), place: byte })
  .map(({ key, message, of, place }) => ({
    publicKey: Uint8Array.of(key),
    message: Uint8Array.of(message),
    signature: Uint8Array.of(place, 0, 0, 0, ...of),
  }))

const anyCall = fc.oneof(
  { weight: 4, arbitrary: fc.array(anySigned, { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constant('end' as const) },
)

const valid = (number: number): Signed => ({
  publicKey: Uint8Array.of(1),
  message: Uint8Array.of(2),
  signature: Uint8Array.of(number & 0xff, (number >> 8) & 0xff, number >> 16, 0, 2, 1),
})

describe('A dialect that remembers', () => {
  it('says what the dialect says, whatever was asked before', () => {
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 20 }), (calls) => {
        const plain = new CountingDialect()
        const remembering = new RememberedSignatures(new CountingDialect())
        for (const call of calls) {
          if (call === 'end') {
            remembering.endHeight()
            continue
          }
          assert.deepEqual(remembering.verifyAll(call), plain.verifyAll(call))
          for (const each of call) assert.equal(remembering.verify(each), plain.verify(each))
        }
      }),
    )
  })

  it('asks once about a valid signature of this height and the one before', () => {
    const plain = new CountingDialect()
    const remembering = new RememberedSignatures(plain)
    remembering.verifyAll([valid(1), valid(2)])
    remembering.endHeight()
    assert.deepEqual(remembering.verifyAll([valid(2), valid(3), valid(1)]), [true, true, true])
    assert.equal(plain.asked, 3)
    remembering.endHeight()
    assert.equal(remembering.verify(valid(1)), true)
    assert.equal(plain.asked, 4)
  })

  it('asks again about what was wrong', () => {
    const plain = new CountingDialect()
    const remembering = new RememberedSignatures(plain)
    const wrong = { ...valid(1), message: Uint8Array.of(9) }
    assert.deepEqual([remembering.verify(wrong), remembering.verify(wrong)], [false, false])
    assert.equal(plain.asked, 2)
  })

  it('remembers so many in a height, and no more', () => {
    const plain = new CountingDialect()
    const remembering = new RememberedSignatures(plain)
    for (let i = 0; i < SIGNATURES_REMEMBERED_MAX; i++) remembering.verify(valid(i))
    remembering.verify(valid(0))
    assert.equal(plain.asked, SIGNATURES_REMEMBERED_MAX)
    // One more is as the end of a height: what came before goes at the second of those.
    for (let i = 0; i <= SIGNATURES_REMEMBERED_MAX; i++)
      remembering.verify(valid(SIGNATURES_REMEMBERED_MAX + i))
    assert.equal(plain.asked, 2 * SIGNATURES_REMEMBERED_MAX + 1)
    remembering.verify(valid(0))
    assert.equal(plain.asked, 2 * SIGNATURES_REMEMBERED_MAX + 2)
  })

  it('refuses a remembered signature with another message or key', () => {
    const seed = new Uint8Array(32).fill(7)
    const publicKey = publicKeyOfSeed(seed)
    const message = new Uint8Array(100)
    const signature = signMessage({ seed, publicKey }, oasisDialect.prehash(message))
    const remembering = new RememberedSignatures(oasisDialect)
    assert.equal(remembering.verify({ publicKey, message, signature }), true)
    const otherKey = publicKeyOfSeed(new Uint8Array(32).fill(8))
    for (const other of [
      { publicKey, message: message.with(99, 1), signature },
      { publicKey: otherKey, message, signature },
      { publicKey, message, signature: signature.with(63, signature[63]! ^ 1) },
      { publicKey, message, signature: signature.slice(0, 63) },
    ])
      assert.equal(remembering.verify(other), false)
    assert.deepEqual(remembering.prehash(message), oasisDialect.prehash(message))
    assert.equal(remembering.name, 'oasis')
  })
})
