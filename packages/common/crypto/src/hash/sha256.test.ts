import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { checkAgainstReference, checkHashFunction } from './compliance/hashFunctionCompliance.ts'
import { referenceSha256 } from './referenceSha2.ts'
import { SHA256, sha256 } from './sha256.ts'

describe('SHA-256', () => {
  // NIST CSRC, "Examples with Intermediate Values", public domain.
  it('gives the digests of the examples of FIPS 180-4', () => {
    for (const hash of [sha256, referenceSha256]) {
      assert.equal(
        toHex(hash(toUtf8('abc'))),
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      )
      assert.equal(
        toHex(hash(toUtf8('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'))),
        '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
      )
    }
  })

  checkHashFunction(SHA256, (message) => createHash('sha256').update(message).digest())
  checkAgainstReference(SHA256, referenceSha256)
})
