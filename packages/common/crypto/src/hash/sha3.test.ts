import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { checkHashFunction } from './compliance/hashFunctionCompliance.ts'
import { KECCAK256, keccak256, SHA3_256, SHA3_384, SHA3_512, shake128, shake256 } from './sha3.ts'

describe('SHA3-256', () => {
  // FIPS 202's examples (NIST CSRC), public domain.
  it('gives the published digest of "abc"', () => {
    assert.equal(
      toHex(SHA3_256.hash(toUtf8('abc'))),
      '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
    )
  })

  checkHashFunction(SHA3_256, (message) => createHash('sha3-256').update(message).digest())
})

describe('SHA3-384', () => {
  checkHashFunction(SHA3_384, (message) => createHash('sha3-384').update(message).digest())
})

describe('SHA3-512', () => {
  checkHashFunction(SHA3_512, (message) => createHash('sha3-512').update(message).digest())
})

describe('Keccak-256', () => {
  it("gives Ethereum's hash of nothing", () => {
    assert.equal(
      toHex(keccak256(EMPTY_BYTES)),
      'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    )
  })

  checkHashFunction(KECCAK256, keccak_256)
})

describe('SHAKE', () => {
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
