import assert from 'node:assert/strict'
import { hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { HKDF_BLOCKS_MAX } from '../limits.ts'
import { expandHkdf, extractHkdf, hkdf } from './hkdf.ts'
import { SHA256 } from './sha256.ts'
import { SHA512 } from './sha512.ts'

interface HkdfCase {
  readonly tcId: number
  readonly ikm: string
  readonly salt: string
  readonly info: string
  readonly size: number
  readonly okm: string
  readonly result: string
}

function readCases(name: string): readonly HkdfCase[] {
  const file = new URL(`../../vectors/wycheproof/${name}_test.json`, import.meta.url)
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
    testGroups: readonly { readonly tests: readonly HkdfCase[] }[]
  }
  return testGroups.flatMap(({ tests }) => tests)
}

describe('HKDF', () => {
  for (const [name, hashFunction] of [
    ['hkdf_sha256', SHA256],
    ['hkdf_sha512', SHA512],
  ] as const) {
    it(`derives and refuses as Wycheproof ${name}_test does`, () => {
      for (const { tcId, ikm, salt, info, size, okm, result } of readCases(name)) {
        const options = { salt: parseHex(salt), info: parseHex(info), size }
        const derive = (): Uint8Array => hkdf(hashFunction, parseHex(ikm), options)
        if (result === 'valid') assert.equal(toHex(derive()), okm, `case ${tcId}`)
        else assert.throws(derive, { name: 'BugError' }, `case ${tcId}`)
      }
    })
  }

  it('gives the keys of RFC 5869, cases 1 and 3', () => {
    const secret = new Uint8Array(22).fill(0x0b)
    const salt = parseHex('000102030405060708090a0b0c')
    const key = extractHkdf(SHA256, secret, salt)
    assert.equal(toHex(key), '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5')
    assert.equal(
      toHex(expandHkdf(SHA256, key, parseHex('f0f1f2f3f4f5f6f7f8f9'), 42)),
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    )
    assert.equal(
      toHex(hkdf(SHA256, secret, { info: EMPTY_BYTES, size: 42 })),
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    )
  })

  it('agrees with OpenSSL for any secret, salt, info and size', () => {
    const bytes = fc.uint8Array({ maxLength: 150 })
    fc.assert(
      fc.property(
        bytes,
        bytes,
        bytes,
        fc.integer({ min: 1, max: 500 }),
        (secret, salt, info, size) => {
          for (const [name, hashFunction] of [
            ['sha256', SHA256],
            ['sha512', SHA512],
          ] as const) {
            const expected = hkdfSync(name, secret, salt, info, size)
            assert.deepEqual(
              Uint8Array.from(hkdf(hashFunction, secret, { salt, info, size })),
              new Uint8Array(expected),
            )
          }
        },
      ),
    )
  })

  it(`gives ${HKDF_BLOCKS_MAX} blocks and no more`, () => {
    const key = new Uint8Array(32)
    const size = HKDF_BLOCKS_MAX * 32
    assert.equal(expandHkdf(SHA256, key, EMPTY_BYTES, size).length, size)
    assert.throws(() => expandHkdf(SHA256, key, EMPTY_BYTES, size + 1), { name: 'BugError' })
  })
})
