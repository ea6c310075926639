import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha256, sha384 } from '@noble/hashes/sha2.js'
import { compareBytes, parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { keccak256 } from '../hash/sha3.ts'
import {
  testEcdsa,
  testEcdsaVectors,
  testLowSVectors,
  withOtherS,
} from './compliance/ecdsaCompliance.ts'
import { CURVE_SHAPES } from './curveShapes.ts'
import { encodeDerSignature, parseDerSignature } from './derSignature.ts'
import type { Ecdsa, HashName } from './ecdsa.ts'
import { secp256k1, secp256r1, secp384r1 } from './nobleEcdsa.ts'
import { recoverPublicKey, signRecoverable } from './recoverable.ts'

const message = toUtf8('sample')

function signedCheck(curve: Ecdsa, hash: HashName, digest: Uint8Array) {
  const privateKey = new Uint8Array(curve.digestBytes).fill(3)
  const signature = curve.signDigest(privateKey, digest)
  return {
    publicKey: curve.publicKey(privateKey),
    signature,
    message,
    hash,
    highS: 'accept',
  } as const
}

testEcdsa('secp256k1', secp256k1, signedCheck(secp256k1, 'sha256', sha256(message)))
testEcdsa('secp256r1', secp256r1, signedCheck(secp256r1, 'sha256', sha256(message)))
testEcdsa('secp384r1', secp384r1, signedCheck(secp384r1, 'sha384', sha384(message)))

describe('ECDSA by noble on the published vectors', () => {
  testEcdsaVectors(secp256k1)
  testLowSVectors(secp256k1)
  testEcdsaVectors(secp256r1)
  testEcdsaVectors(secp384r1)
})

describe('ECDSA signing', () => {
  it('gives the signature of RFC 6979, A.2.5, for "sample" with P-256 and SHA-256', () => {
    const privateKey = parseHex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721')
    const signature = secp256r1.signDigest(privateKey, sha256(message))
    assert.deepEqual(parseDerSignature(signature, 32), {
      r: parseHex('efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716'),
      s: parseHex('f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8'),
    })
  })

  it('gives the signature of RFC 6979, A.2.6, for "sample" with P-384 and SHA-384', () => {
    const privateKey = parseHex(
      '6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5',
    )
    const numbers = parseDerSignature(secp384r1.signDigest(privateKey, sha384(message)), 48)
    assert.equal(
      toHex(numbers!.r),
      '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46',
    )
  })

  it('of a digest beyond the group order is that of the Rust crates k256, p256, p384 0.13', () => {
    const cases = [
      [
        secp256k1,
        '3045022100d43baa287e90225d83ccfca1ad48537e5c5f23b564a22a31229918cbfea286a4022076b16fe70a645df5789c134a024543396a108bcb06380d0e45ae03f0fe43b978',
        'ff'.repeat(32),
      ],
      [
        secp256r1,
        '304402201910abacc0fb264132f85be39dd0b04eca19ad3b7dbc187bfb55da1a8d6bffa502202467363075bc4083954e62f3411110e6322c3212ba51c1cbf1bb5a94ddf82cd5',
        `ffffffff00000000${'ff'.repeat(24)}`,
      ],
      [
        secp384r1,
        '3064023062d0b0f0c619b7cd136aef0269cd1374d89f3f7fac4440f97f60510935c2441895cfbf542831c65c18d492e47f72a3be0230450f1cdb4fbc0d56597af8694eccfa5a0c31d30ab37aae1cad65eba895c93a7aba0b6cd2814d1f64916d9a34a428166f',
        'ff'.repeat(48),
      ],
    ] as const
    for (const [curve, expected, hex] of cases) {
      const privateKey = new Uint8Array(curve.digestBytes).fill(6)
      const digest = parseHex(hex)
      const signature = curve.signDigest(privateKey, digest)
      assert.equal(toHex(signature), expected)
      const publicKey = curve.publicKey(privateKey)
      const check = { publicKey, digest, signature, highS: 'accept' } as const
      assert.equal(curve.verifyDigest(check), 'valid')
    }
  })

  it('has a low s on secp256k1 only, also of digests beyond the group order', () => {
    const highs = [secp256k1, secp256r1, secp384r1].map((curve) => {
      const { size, lowSMax } = CURVE_SHAPES[curve.curve]
      const privateKey = new Uint8Array(size).fill(6)
      return Array.from({ length: 8 }, (_, i) => {
        const digest = new Uint8Array(size).fill(0xff)
        digest[size - 1] = 0xff - i
        const { s } = parseDerSignature(curve.signDigest(privateKey, digest), size)!
        return compareBytes(s, lowSMax) > 0
      }).some((isHigh) => isHigh)
    })
    assert.deepEqual(highs, [false, true, true])
  })

  it('refuses keys that are none and digests of another size', () => {
    const digest = new Uint8Array(32)
    for (const key of [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(31)]) {
      assert.throws(() => secp256k1.signDigest(key, digest), { reason: 'ecdsa.badPrivateKey' })
      assert.throws(() => secp256k1.publicKey(key), { reason: 'ecdsa.badPrivateKey' })
      assert.throws(() => signRecoverable(key, digest), { reason: 'ecdsa.badPrivateKey' })
    }
    const key = new Uint8Array(32).fill(1)
    for (const size of [0, 31, 33, 48]) {
      const wrong = new Uint8Array(size)
      const bad = { reason: 'ecdsa.badDigestSize' }
      assert.throws(() => secp256k1.signDigest(key, wrong), bad)
      assert.throws(() => signRecoverable(key, wrong), bad)
    }
  })
})

describe('a recoverable signature', () => {
  const privateKey = new Uint8Array(32).fill(3)
  const digest = sha256(message)

  it('is that of EIP-155, "Example", and recovers its sender', () => {
    // CC0. The transaction's v of 37 is chain 1 with recovery id 0.
    const exampleKey = new Uint8Array(32).fill(0x46)
    const hash = parseHex('daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53')
    const signature = signRecoverable(exampleKey, hash)
    assert.equal(signature.recoveryId, 0)
    assert.equal(
      toHex(signature.compact),
      '28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276' +
        '67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83',
    )
    const publicKey = recoverPublicKey(hash, signature, 'refuse')
    assert.ok(publicKey !== undefined)
    const sender = keccak256(publicKey.subarray(1)).subarray(12)
    assert.equal(toHex(sender), '9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f')
  })

  it('gives back the key, and another key or none for any other recovery id', () => {
    const signature = signRecoverable(privateKey, digest)
    const expected = secp256k1.publicKey(privateKey)
    const recovered = recoverPublicKey(digest, signature, 'refuse')
    assert.equal(recovered?.length, 65)
    assert.deepEqual(recovered.subarray(1, 33), expected.subarray(1))
    for (const recoveryId of [0, 1, 2, 3, 4, -1].filter((id) => id !== signature.recoveryId)) {
      const other = recoverPublicKey(digest, { ...signature, recoveryId }, 'refuse')
      assert.notDeepEqual(other, recovered)
    }
  })

  it('recovers a key under which the signature is valid', () => {
    const any = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(any, any, any, fc.nat(1), (digest, r, s, recoveryId) => {
        const compact = Uint8Array.of(...r, ...s)
        const publicKey = recoverPublicKey(digest, { compact, recoveryId }, 'accept')
        if (publicKey === undefined) return
        const signature = encodeDerSignature({ r, s })
        const check = { publicKey, digest, signature, highS: 'accept' } as const
        assert.equal(secp256k1.verifyDigest(check), 'valid')
      }),
      { numRuns: 20 },
    )
  })

  it('with a high s recovers only where that is accepted', () => {
    const { compact, recoveryId } = signRecoverable(privateKey, digest)
    const der = encodeDerSignature({ r: compact.subarray(0, 32), s: compact.subarray(32) })
    const other = parseDerSignature(withOtherS('secp256k1', der), 32)!
    const high = {
      compact: Uint8Array.of(...other.r, ...other.s),
      recoveryId: recoveryId ^ 1,
    }
    const expected = recoverPublicKey(digest, { compact, recoveryId }, 'refuse')
    assert.deepEqual(recoverPublicKey(digest, high, 'accept'), expected)
    assert.equal(recoverPublicKey(digest, high, 'refuse'), undefined)
  })

  it('is nothing when its numbers are out of range or its size is wrong', () => {
    for (const compact of [new Uint8Array(64), new Uint8Array(64).fill(255), new Uint8Array(63)]) {
      assert.equal(recoverPublicKey(digest, { compact, recoveryId: 0 }, 'accept'), undefined)
    }
  })
})

describe('a DER signature', () => {
  it('is read back to the numbers it was written from', () => {
    const number = fc.uint8Array({ minLength: 48, maxLength: 48 })
    fc.assert(
      fc.property(number, number, (r, s) => {
        assert.deepEqual(parseDerSignature(encodeDerSignature({ r, s }), 48), { r, s })
      }),
    )
  })

  it('has one encoding: whatever is read is written the same', () => {
    const valid = encodeDerSignature({ r: new Uint8Array(32).fill(0x81), s: new Uint8Array(32) })
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), (at, byte) => {
        const changed = valid.slice()
        changed[at] = byte
        const numbers = parseDerSignature(changed, 32)
        if (numbers !== undefined) assert.deepEqual(encodeDerSignature(numbers), changed)
      }),
      { numRuns: 500 },
    )
  })
})
