import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { checkAgainstReference, checkHashFunction } from './compliance/hashFunctionCompliance.ts'
import { referenceKeccak } from './referenceSha3.ts'
import {
  KECCAK256,
  RATE_128,
  RATE_256,
  SHA3_256,
  SHA3_384,
  SHA3_512,
  shake128,
  shake256,
} from './sha3.ts'

const SUFFIX = { keccak: 0x01, sha3: 0x06, shake: 0x1f }

/** A hash of 4.3 and 6.1: half of what a block leaves of the state is the digest. */
function reference(suffix: number, digestBytes: number): (message: Uint8Array) => Uint8Array {
  const sponge = { rate: 200 - 2 * digestBytes, suffix }
  return (message) => referenceKeccak(sponge, message, digestBytes)
}

describe('SHA3-256', () => {
  // FIPS 202's examples (NIST CSRC), public domain.
  it('gives the published digest of "abc"', () => {
    for (const hash of [SHA3_256.hash, reference(SUFFIX.sha3, 32)]) {
      assert.equal(
        toHex(hash(toUtf8('abc'))),
        '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
      )
    }
  })

  checkHashFunction(SHA3_256, (message) => createHash('sha3-256').update(message).digest())
  checkAgainstReference(SHA3_256, reference(SUFFIX.sha3, 32))
})

describe('SHA3-384', () => {
  checkHashFunction(SHA3_384, (message) => createHash('sha3-384').update(message).digest())
  checkAgainstReference(SHA3_384, reference(SUFFIX.sha3, 48))
})

describe('SHA3-512', () => {
  checkHashFunction(SHA3_512, (message) => createHash('sha3-512').update(message).digest())
  checkAgainstReference(SHA3_512, reference(SUFFIX.sha3, 64))
})

describe('Keccak-256', () => {
  it("gives Ethereum's hash of nothing", () => {
    for (const hash of [KECCAK256.hash, reference(SUFFIX.keccak, 32)]) {
      assert.equal(
        toHex(hash(EMPTY_BYTES)),
        'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
      )
    }
  })

  checkHashFunction(KECCAK256, keccak_256)
  checkAgainstReference(KECCAK256, reference(SUFFIX.keccak, 32))
})

describe('SHAKE', () => {
  it('agrees with the readable reference for any message and any size of output', () => {
    const { shake: suffix } = SUFFIX
    const message = fc.uint8Array({ maxLength: 400 })
    fc.assert(
      fc.property(message, fc.integer({ min: 1, max: 600 }), (m, size) => {
        const [wide, narrow] = [RATE_128, RATE_256].map((rate) =>
          Uint8Array.from(referenceKeccak({ rate, suffix }, m, size)),
        )
        assert.deepEqual(shake128(m, size), wide)
        assert.deepEqual(shake256(m, size), narrow)
      }),
      { numRuns: 30 },
    )
  })

  it('agrees with OpenSSL for any message and any size of output', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 1000 }),
        fc.integer({ min: 1, max: 600 }),
        (m, size) => {
          const options = { outputLength: size }
          assert.deepEqual(
            shake128(m, size),
            Uint8Array.from(createHash('shake128', options).update(m).digest()),
          )
          assert.deepEqual(
            shake256(m, size),
            Uint8Array.from(createHash('shake256', options).update(m).digest()),
          )
        },
      ),
    )
  })
})
