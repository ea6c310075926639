import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toUtf8 } from '@wadi/base/bytes'
import { chacha20Poly1305 } from '@wadi/crypto/aead/chacha20Poly1305'
import { testAead } from '@wadi/crypto/aead/compliance/aeadCompliance'
import { testChaCha20Poly1305Vectors } from '@wadi/crypto/aead/compliance/chacha20Poly1305Vectors'
import {
  testEcdsa,
  testEcdsaVectors,
  testLowSVectors,
} from '@wadi/crypto/ecdsa/compliance/ecdsaCompliance'
import type { Ecdsa, EcdsaVerifier, HashName, MessageCheck } from '@wadi/crypto/ecdsa/ecdsa'
import { secp256k1, secp256r1, secp384r1 } from '@wadi/crypto/ecdsa/nobleEcdsa'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { SHA384, sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { testX25519 } from '@wadi/crypto/x25519/compliance/x25519Compliance'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import fc from 'fast-check'
import { nativeChaCha20Poly1305 } from './chacha20Poly1305.ts'
import { nativeSecp256k1, nativeSecp256r1, nativeSecp384r1 } from './ecdsa.ts'
import { hashLong, NATIVE_BYTES_MIN } from './sha512Trunc256.ts'
import { nativeX25519 } from './x25519.ts'

testX25519('nativeX25519', nativeX25519)
testAead('nativeChaCha20Poly1305', nativeChaCha20Poly1305)
testChaCha20Poly1305Vectors('nativeChaCha20Poly1305', nativeChaCha20Poly1305)

const message = toUtf8('sample')

/** A check that comes to 'valid'. */
function checkOf(signer: Ecdsa, hash: HashName): MessageCheck {
  const privateKey = new Uint8Array(signer.digestBytes).fill(3)
  const digest = hash === 'sha384' ? SHA384.hash(message) : sha256(message)
  const signature = signer.signDigest(privateKey, digest)
  const publicKey = signer.publicKey(privateKey)
  return { publicKey, signature, message, hash, highS: 'accept' }
}

function testCurve(verifier: EcdsaVerifier, signer: Ecdsa, hash: HashName): void {
  testEcdsa(`native ${verifier.curve}`, verifier, checkOf(signer, hash))
}

testCurve(nativeSecp256k1, secp256k1, 'sha256')
testCurve(nativeSecp256r1, secp256r1, 'sha256')
testCurve(nativeSecp384r1, secp384r1, 'sha384')

describe('native ECDSA on the published vectors', () => {
  testEcdsaVectors(nativeSecp256k1)
  testLowSVectors(nativeSecp256k1)
  testEcdsaVectors(nativeSecp256r1)
  testEcdsaVectors(nativeSecp384r1)

  it('hashes with SHA-512/256 where the runtime SDK does', () => {
    const privateKey = parseHex('01'.repeat(32))
    const check = {
      publicKey: secp256k1.publicKey(privateKey),
      signature: secp256k1.signDigest(privateKey, sha512Trunc256(message)),
      hash: 'sha512-256',
      highS: 'refuse',
      message,
    } as const
    assert.equal(nativeSecp256k1.verifyMessage(check), 'valid')
    assert.equal(secp256k1.verifyMessage(check), 'valid')
  })
})

describe('native X25519 with a private key', () => {
  it('leaves no copy of it in the pool from which all buffers of the process are cut', () => {
    const privateKey = Uint8Array.from({ length: 32 }, (_, i) => 200 - i)
    const pool = Buffer.from(Buffer.from([0]).buffer)
    nativeX25519.publicKey(privateKey)
    nativeX25519.agree(privateKey, nativeX25519.publicKey(privateKey))
    assert.equal(pool.includes(privateKey), false)
  })
})

describe('native providers', () => {
  const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
  const data = fc.uint8Array({ maxLength: 300 })

  it('agree on keys and secrets with the X25519 of the rules', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), (privateKey, publicKey) => {
        assert.deepEqual(nativeX25519.publicKey(privateKey), x25519.publicKey(privateKey))
        const secret = x25519.agree(privateKey, publicKey)
        assert.deepEqual(nativeX25519.agree(privateKey, publicKey), secret)
      }),
      { numRuns: 20 },
    )
  })

  it('agree on what is sealed with the ChaCha20-Poly1305 of the rules', () => {
    fc.assert(
      fc.property(bytes(32), bytes(12), data, data, (keyBytes, nonce, text, associatedData) => {
        const [native, ours] = [nativeChaCha20Poly1305, chacha20Poly1305].map((aead) =>
          aead.useKey(keyBytes).seal(nonce, text, associatedData),
        )
        assert.deepEqual(native, ours)
      }),
    )
  })

  it('agree with the ECDSA of the rules on signatures and keys with a byte changed', () => {
    const change = fc.tuple(
      fc.constantFrom('publicKey', 'signature', 'message'),
      fc.nat(),
      fc.nat(),
    )
    const pairs = [
      [nativeSecp256k1, secp256k1, 'sha256'],
      [nativeSecp256r1, secp256r1, 'sha256'],
      [nativeSecp384r1, secp384r1, 'sha384'],
    ] as const
    for (const [native, ours, hash] of pairs) {
      const valid = checkOf(ours, hash)
      fc.assert(
        fc.property(change, ([part, at, mask]) => {
          const changed = valid[part].slice()
          changed[at % changed.length]! ^= mask
          const check = { ...valid, [part]: changed }
          assert.equal(native.verifyMessage(check), ours.verifyMessage(check))
        }),
        { numRuns: 40 },
      )
    }
  })
})

describe('hashLong', () => {
  it('gives the digest of the kernel on both sides of the border', () => {
    const size = fc.integer({ min: NATIVE_BYTES_MIN - 2, max: NATIVE_BYTES_MIN + 2 })
    fc.assert(
      fc.property(size, fc.nat(255), (bytes, fill) => {
        const long = new Uint8Array(bytes).fill(fill)
        assert.deepEqual(hashLong(long), sha512Trunc256(long))
      }),
      { numRuns: 20 },
    )
  })
})
