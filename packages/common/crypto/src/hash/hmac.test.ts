import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { concatBytes, parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { hmac } from './hmac.ts'
import { SHA256 } from './sha256.ts'
import { SHA512, SHA512_TRUNC256 } from './sha512.ts'

// RFC 4231, test cases 1, 2 and 6.
const rfc4231 = [
  {
    key: new Uint8Array(20).fill(0x0b),
    data: 'Hi There',
    sha256: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    sha512:
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde' +
      'daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
  },
  {
    key: toUtf8('Jefe'),
    data: 'what do ya want for nothing?',
    sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    sha512:
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
      '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  },
  {
    key: new Uint8Array(131).fill(0xaa),
    data: 'Test Using Larger Than Block-Size Key - Hash Key First',
    sha256: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    sha512:
      '80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352' +
      '6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598',
  },
]

interface MacGroup {
  readonly tagSize: number
  readonly tests: readonly {
    readonly tcId: number
    readonly key: string
    readonly msg: string
    readonly tag: string
    readonly result: string
  }[]
}

function readMacGroups(name: string): readonly MacGroup[] {
  const file = new URL(`../../vectors/wycheproof/${name}_test.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { testGroups: readonly MacGroup[] }).testGroups
}

describe('HMAC', () => {
  for (const [name, hashFunction] of [
    ['hmac_sha256', SHA256],
    ['hmac_sha512', SHA512],
    ['hmac_sha512_256', SHA512_TRUNC256],
  ] as const) {
    it(`tells good codes from modified ones as Wycheproof ${name}_test does`, () => {
      for (const { tagSize, tests } of readMacGroups(name)) {
        for (const { tcId, key, msg, tag, result } of tests) {
          const code = hmac(hashFunction, parseHex(key), parseHex(msg)).subarray(0, tagSize / 8)
          assert.equal(toHex(code) === tag, result === 'valid', `case ${tcId}`)
        }
      }
    })
  }

  it('gives the codes of RFC 4231', () => {
    for (const { key, data, sha256, sha512 } of rfc4231) {
      assert.equal(toHex(hmac(SHA256, key, toUtf8(data))), sha256)
      assert.equal(toHex(hmac(SHA512, key, toUtf8(data))), sha512)
    }
  })

  it('gives the key of an MRAE box from a shared secret', () => {
    const key = toUtf8('MRAE_Box_Deoxys-II-256-128')
    const shared = parseHex('00'.repeat(32))
    const expected = createHmac('sha512-256', key).update(shared).digest('hex')
    assert.equal(toHex(hmac(SHA512_TRUNC256, key, shared)), expected)
  })

  it('hashes a key that is longer than a block, and no other', () => {
    for (const size of [127, 128, 129]) {
      const key = new Uint8Array(size).fill(size)
      const expected = createHmac('sha512', key).update('data').digest('hex')
      assert.equal(toHex(hmac(SHA512, key, toUtf8('data'))), expected)
    }
  })

  it('agrees with OpenSSL for any key and any parts', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), parts, (key, message) => {
        const joined = concatBytes(...message)
        for (const [name, hashFunction] of [
          ['sha256', SHA256],
          ['sha512', SHA512],
          ['sha512-256', SHA512_TRUNC256],
        ] as const) {
          const expected = createHmac(name, key).update(joined).digest()
          assert.deepEqual(hmac(hashFunction, key, ...message), Uint8Array.from(expected))
        }
      }),
    )
  })
})
