import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { checkAgainstReference, checkHashFunction } from './compliance/hashFunctionCompliance.ts'
import { referenceSha384, referenceSha512, referenceSha512Trunc256 } from './referenceSha2.ts'
import { SHA384, SHA512, SHA512_TRUNC256, sha512Trunc256 } from './sha512.ts'

// FIPS 180-4's example messages (NIST CSRC, "Examples with Intermediate Values"), public domain.
const ABC = toUtf8('abc')
const TWO_BLOCKS = toUtf8(
  'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
)

describe('SHA-512/256', () => {
  it('gives the digests of the examples of FIPS 180-4', () => {
    for (const hash of [sha512Trunc256, referenceSha512Trunc256]) {
      assert.equal(
        toHex(hash(ABC)),
        '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23',
      )
      assert.equal(
        toHex(hash(TWO_BLOCKS)),
        '3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a',
      )
    }
  })

  it('gives the empty hash of the Oasis documents for no bytes', () => {
    assert.equal(
      toHex(sha512Trunc256(new Uint8Array(0))),
      'c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a',
    )
  })

  checkHashFunction(SHA512_TRUNC256, (message) => createHash('sha512-256').update(message).digest())
  checkAgainstReference(SHA512_TRUNC256, referenceSha512Trunc256)
})

describe('SHA-512', () => {
  it('gives the digest of "abc" of FIPS 180-4', () => {
    for (const hash of [SHA512.hash, referenceSha512]) {
      assert.equal(
        toHex(hash(ABC)),
        'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
          '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      )
    }
  })

  checkHashFunction(SHA512, (message) => createHash('sha512').update(message).digest())
  checkAgainstReference(SHA512, referenceSha512)
})

describe('SHA-384', () => {
  it('gives the digest of "abc" of FIPS 180-4', () => {
    for (const hash of [SHA384.hash, referenceSha384]) {
      assert.equal(
        toHex(hash(ABC)),
        'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed' +
          '8086072ba1e7cc2358baeca134c825a7',
      )
    }
  })

  checkHashFunction(SHA384, (message) => createHash('sha384').update(message).digest())
  checkAgainstReference(SHA384, referenceSha384)
})
