import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toUtf8 } from '@wadi/base/bytes'
import { testAead } from '@wadi/crypto/aead/compliance/aeadCompliance'
import { testChaCha20Poly1305Vectors } from '@wadi/crypto/aead/compliance/chacha20Poly1305Vectors'
import {
  testEcdsa,
  testEcdsaVectors,
  testLowSVectors,
} from '@wadi/crypto/ecdsa/compliance/ecdsaCompliance'
import type { Ecdsa, EcdsaVerifier, HashName } from '@wadi/crypto/ecdsa/ecdsa'
import { secp256k1, secp256r1, secp384r1 } from '@wadi/crypto/ecdsa/nobleEcdsa'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { SHA384, sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { testX25519 } from '@wadi/crypto/x25519/compliance/x25519Compliance'
import fc from 'fast-check'
import { nativeChaCha20Poly1305 } from './chacha20Poly1305.ts'
import { nativeSecp256k1, nativeSecp256r1, nativeSecp384r1 } from './ecdsa.ts'
import { hashLong, NATIVE_BYTES_MIN } from './sha512Trunc256.ts'
import { nativeX25519 } from './x25519.ts'

testX25519('nativeX25519', nativeX25519)
testAead('nativeChaCha20Poly1305', nativeChaCha20Poly1305)
testChaCha20Poly1305Vectors('nativeChaCha20Poly1305', nativeChaCha20Poly1305)

const message = toUtf8('sample')

function testCurve(verifier: EcdsaVerifier, signer: Ecdsa, hash: HashName): void {
  const privateKey = new Uint8Array(signer.digestBytes).fill(3)
  const digest = hash === 'sha384' ? SHA384.hash(message) : sha256(message)
  const signature = signer.signDigest(privateKey, digest)
  const publicKey = signer.publicKey(privateKey)
  testEcdsa(`native ${verifier.curve}`, verifier, {
    publicKey,
    signature,
    message,
    hash,
    highS: 'accept',
  })
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
