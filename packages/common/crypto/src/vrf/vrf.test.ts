import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { TORSION } from '../ed25519/arbitrary/signedMessage.ts'
import { L, P } from '../ed25519/curve.ts'
import {
  add,
  BASE,
  decode,
  encode,
  IDENTITY,
  multiply,
  toBytes,
  toNumber,
} from '../ed25519/reference.ts'
import { publicKeyOfSeed } from '../ed25519/sign.ts'
import { encodeToEdwards25519 } from '../hashToCurve/edwards25519.ts'
import { proofToHashByReference, verifyProofByReference } from './reference.ts'
import { proofToHash, proveOutput, verifyProof } from './vrf.ts'

interface Case {
  readonly seed: string
  readonly publicKey: string
  readonly alpha: string
  readonly proof: string
  readonly output: string
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('../../vectors/vrf/rfc9381.json', import.meta.url), 'utf8'),
)

function keyOf(seed: Uint8Array) {
  return { seed, publicKey: publicKeyOfSeed(seed) }
}

const DOMAIN = toUtf8('ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_\x04')
const good = keyOf(new Uint8Array(32).fill(1))
const alpha = Uint8Array.of(1, 2, 3)
const proof = proveOutput(good, alpha)

function withPart(part: Uint8Array, at: number): Uint8Array {
  const copy = proof.slice()
  copy.set(part, at)
  return copy
}

describe('ECVRF-EDWARDS25519-SHA512-ELL2', () => {
  it('reproduces the examples of RFC 9381', () => {
    assert.equal(cases.length, 3)
    for (const c of cases) {
      const key = keyOf(parseHex(c.seed))
      assert.equal(toHex(key.publicKey), c.publicKey)
      const made = proveOutput(key, parseHex(c.alpha))
      assert.equal(toHex(made), c.proof)
      assert.deepEqual(verifyProof(key.publicKey, parseHex(c.alpha), made), parseHex(c.output))
      assert.deepEqual(proofToHash(made), parseHex(c.output))
    }
  })

  it('proves what it verifies, as the readable reference does', () => {
    const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(seeds, fc.uint8Array({ maxLength: 100 }), fc.nat(639), (seed, input, bit) => {
        const { publicKey } = keyOf(seed)
        const made = proveOutput({ seed, publicKey }, input)
        const output = verifyProof(publicKey, input, made)
        assert.ok(output !== undefined)
        assert.deepEqual(verifyProofByReference(publicKey, input, made), output)
        const spoilt = made.slice()
        spoilt[bit >> 3] = spoilt[bit >> 3]! ^ (1 << (bit & 7))
        assert.equal(verifyProof(publicKey, input, spoilt), undefined)
        assert.equal(verifyProofByReference(publicKey, input, spoilt), undefined)
        assert.deepEqual(proofToHash(spoilt), proofToHashByReference(spoilt))
      }),
      { numRuns: 15 },
    )
  })

  it('refuses small and non-canonical keys', () => {
    assert.ok(verifyProof(good.publicKey, alpha, proof) !== undefined)
    const top = 1n << 255n
    const high = [P, P + 1n, P + 3n, P + 4n, 1n | top, (P - 1n) | top].map(toBytes)
    for (const key of [...TORSION.map(encode), ...high]) {
      assert.equal(verifyProof(key, alpha, proof), undefined)
    }
  })

  it('refuses a proof that would hold if keys of small order were keys', () => {
    // With Y = Gamma = O the equations are U = sB and V = sH, which anybody can satisfy.
    const identity = encode(IDENTITY)
    const h = encodeToEdwards25519(DOMAIN, concatBytes(identity, alpha))
    const hPoint = decode(h)
    assert.ok(hPoint !== undefined)
    const s = 5n
    const points = [identity, h, identity, encode(multiply(s, BASE)), encode(multiply(s, hPoint))]
    const challenge = sha512(concatBytes(Uint8Array.of(4, 2), ...points, Uint8Array.of(0)))
    const forged = concatBytes(identity, challenge.subarray(0, 16), toBytes(s))
    assert.equal(verifyProof(identity, alpha, forged), undefined)
    assert.equal(verifyProofByReference(identity, alpha, forged), undefined)
  })

  it('refuses a Gamma that is no point or not canonical, and an s beyond the order', () => {
    const tooHigh = withPart(toBytes(P + 3n), 0)
    const noPoint = withPart(toBytes(2n), 0)
    const tooLarge = withPart(toBytes(toNumber(proof.subarray(48)) + L), 48)
    for (const spoilt of [tooHigh, noPoint, tooLarge]) {
      assert.equal(verifyProof(good.publicKey, alpha, spoilt), undefined)
      assert.equal(proofToHash(spoilt), undefined)
    }
  })

  it('takes a key and a Gamma with a part of small order where the challenge cancels it', () => {
    const x = 1234567n
    let accepted = 0
    for (const torsion of TORSION) {
      const key = encode(add(multiply(x, BASE), torsion))
      const h = encodeToEdwards25519(DOMAIN, concatBytes(key, alpha))
      const hPoint = decode(h)
      assert.ok(hPoint !== undefined)
      const gamma = encode(add(multiply(x, hPoint), torsion))
      for (let k = 2n; k < 10n; k++) {
        const parts = [key, h, gamma, encode(multiply(k, BASE)), encode(multiply(k, hPoint))]
        const c = sha512(concatBytes(Uint8Array.of(4, 2), ...parts, Uint8Array.of(0))).slice(0, 16)
        const made = concatBytes(gamma, c, toBytes((k + toNumber(c) * x) % L))
        const output = verifyProof(key, alpha, made)
        assert.deepEqual(output, verifyProofByReference(key, alpha, made))
        if (output !== undefined) accepted++
        if (toNumber(c) % 8n === 0n) assert.ok(output !== undefined)
      }
    }
    // At least all of the torsion that is none, and not all.
    assert.ok(accepted > 8 && accepted < 64)
  })

  it('refuses another size', () => {
    for (const spoilt of [proof.subarray(1), concatBytes(proof, Uint8Array.of(0))]) {
      assert.equal(verifyProof(good.publicKey, alpha, spoilt), undefined)
      assert.equal(proofToHash(spoilt), undefined)
    }
    assert.equal(verifyProof(good.publicKey.subarray(1), alpha, proof), undefined)
  })
})
