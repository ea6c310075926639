import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { encode } from '@wadi/cbor/codec'
import fc from 'fast-check'
import {
  COMET_APP_VERSION,
  compareVersions,
  parseVersion,
  printVersion,
  Version,
  versionFromU64,
  versionToU64,
} from './version.ts'

const any = arbitrary(Version)

describe('Version', () => {
  it('is an empty map when all parts are zero', () => {
    assert.equal(toHex(encode(Version, { major: 0, minor: 0, patch: 0 })), 'a0')
    const patch = { major: 0, minor: 0, patch: 321 }
    assert.equal(toHex(encode(Version, patch)), 'a1657061746368190141')
  })

  it('packs into a number in the order of versions, and out of it', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        assert.deepEqual(versionFromU64(versionToU64(a)), a)
        assert.deepEqual(parseVersion(printVersion(a)), a)
        const order = versionToU64(a) < versionToU64(b) ? -1 : versionToU64(a) > versionToU64(b)
        assert.equal(Math.sign(compareVersions(a, b)), Number(order))
      }),
    )
  })

  it('gives the number of every block header', () => {
    assert.equal(COMET_APP_VERSION, 30_064_771_072n)
  })

  it('is read from the texts that programs give themselves', () => {
    const texts = [
      ['26.1.0', [26, 1, 0]],
      ['26', [26, 0, 0]],
      ['26.1-alpha+git0123abc', [26, 1, 0]],
      ['1.2.3.4', [1, 2, 3]],
      ['1.21rc2 linux/amd64', [1, 21, 0]],
      ['65535.65535.65535', [65_535, 65_535, 65_535]],
    ] as const
    for (const [text, [major, minor, patch]] of texts) {
      assert.deepEqual(parseVersion(text), { major, minor, patch })
    }
    for (const text of ['', 'x', '1..2', '65536', '-1', '1.2.x']) {
      assert.throws(() => parseVersion(text), { reason: 'version.malformed' }, text)
    }
  })

  it('are refused in words that do not grow with the text', () => {
    for (const text of ['a'.repeat(5000), 'x.'.repeat(5000), ':'.repeat(5000)]) {
      assert.throws(
        () => parseVersion(text),
        ({ message }: Error) => message.length < 200,
      )
    }
  })
})
