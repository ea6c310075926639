import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { concatBytes, parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { scalarBytes } from './scalar.ts'
import { expandEd25519, expandUniform } from './secretKey.ts'
import { signSr25519, verifySr25519 } from './sr25519.ts'
import { hashedTranscript, plainTranscript } from './transcript.ts'

interface Vector {
  readonly miniSecret: string
  readonly expansion: 'uniform' | 'ed25519'
  readonly context: string
  readonly message: string
  readonly publicKey: string
  readonly secretKey: string
  readonly signature: string
}

const file = new URL('../../vectors/sr25519/schnorrkel.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[]
const key = expandUniform(new Uint8Array(32).fill(5))
const context = toUtf8('context')
const random = new Uint8Array(32).fill(9)

describe('sr25519', () => {
  it('verifies the signature that implementations of Substrate compare themselves with', () => {
    const publicKey = parseHex('46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a')
    const signature = parseHex(
      '4e172314444b8f820bb54c22e95076f220ed25373e5c178234aa6c211d29271244b947e3ff3418ff6b45fd1df1140c8cbff69fc58ee6dc96df70936a2bb74b82',
    )
    const transcript = plainTranscript(toUtf8('substrate'), toUtf8('this is a message'))
    assert.equal(verifySr25519(publicKey, transcript, signature), 'valid')
  })

  it("expands keys and verifies signatures as Schnorrkel's Rust crate", () => {
    for (const vector of vectors) {
      const expand = vector.expansion === 'uniform' ? expandUniform : expandEd25519
      const { scalar, nonceSeed, publicKey } = expand(parseHex(vector.miniSecret))
      assert.equal(toHex(publicKey), vector.publicKey)
      assert.equal(
        toHex(concatBytes(scalarBytes(scalar.reveal()), nonceSeed.reveal())),
        vector.secretKey,
      )
      const transcript = hashedTranscript(parseHex(vector.context), parseHex(vector.message))
      assert.equal(verifySr25519(publicKey, transcript, parseHex(vector.signature)), 'valid')
    }
    assert.equal(vectors.length, 8)
  })

  it('verifies what it signed, for that context, message and form only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (message) => {
        const signature = signSr25519(key, hashedTranscript(context, message), random)
        const verdictOf = (transcript: ReturnType<typeof hashedTranscript>) =>
          verifySr25519(key.publicKey, transcript, signature)
        const longer = Uint8Array.of(...message, 0)
        assert.equal(verdictOf(hashedTranscript(context, message)), 'valid')
        assert.equal(verdictOf(hashedTranscript(context, longer)), 'invalid')
        assert.equal(verdictOf(hashedTranscript(message, message)), 'invalid')
        assert.equal(verdictOf(plainTranscript(context, message)), 'invalid')
      }),
      { numRuns: 5 },
    )
  })

  it('leaves the transcript as it was', () => {
    const transcript = hashedTranscript(context, random)
    const signature = signSr25519(key, transcript, random)
    assert.equal(verifySr25519(key.publicKey, transcript, signature), 'valid')
    assert.equal(verifySr25519(key.publicKey, transcript, signature), 'valid')
    assert.deepEqual(signSr25519(key, transcript, random), signature)
  })

  it('never accepts a signature with one bit changed', () => {
    const transcript = hashedTranscript(context, random)
    const signature = signSr25519(key, transcript, random)
    for (let bit = 0; bit < 512; bit += 5) {
      const changed = signature.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      assert.notEqual(verifySr25519(key.publicKey, transcript, changed), 'valid')
    }
  })

  it('tells malformed signatures and keys from wrong ones', () => {
    const transcript = hashedTranscript(context, random)
    const signature = signSr25519(key, transcript, random)
    const unmarked = signature.slice()
    unmarked[63]! &= 0x7f
    const tooLarge = signature.slice().fill(0xff, 32)
    for (const bad of [unmarked, tooLarge, signature.subarray(1), new Uint8Array(0)]) {
      assert.equal(verifySr25519(key.publicKey, transcript, bad), 'malformed-signature')
    }
    const odd = key.publicKey.slice()
    odd[0]! |= 1
    for (const bad of [odd, odd.map(() => 0xff), key.publicKey.subarray(1), new Uint8Array(33)]) {
      assert.equal(verifySr25519(bad, transcript, signature), 'malformed-public-key')
    }
  })

  it('takes the neutral element for a key, as the Rust crate does: zeros sign anything', () => {
    const transcript = hashedTranscript(context, random)
    const zeros = new Uint8Array(64)
    zeros[63] = 0x80
    assert.equal(verifySr25519(new Uint8Array(32), transcript, zeros), 'valid')
  })

  it('prints its public key and nothing else', () => {
    const text = JSON.stringify(key, (_, value) => (value instanceof Uint8Array ? '' : value))
    assert.equal(text, '{"scalar":"[redacted]","nonceSeed":"[redacted]","publicKey":""}')
    assert.equal(inspect(key).includes(String(key.scalar.reveal())), false)
  })

  it('refuses keys and randomness of another size', () => {
    const transcript = hashedTranscript(context, random)
    for (const size of [0, 31, 33]) {
      const wrong = new Uint8Array(size)
      assert.throws(() => expandUniform(wrong), { reason: 'sr25519.badKeySize' })
      assert.throws(() => expandEd25519(wrong), { reason: 'sr25519.badKeySize' })
      assert.throws(() => signSr25519(key, transcript, wrong), { reason: 'sr25519.badRandomSize' })
    }
  })
})
