/** What every implementation behind the X25519 face must do. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import type { X25519 } from '../x25519.ts'

interface Case {
  readonly tcId: number
  readonly public: string
  readonly private: string
  readonly shared: string
}

const file = new URL('../../../vectors/wycheproof/x25519_test.json', import.meta.url)
const zeros = '00'.repeat(32)

/** Runs the suite on one implementation. */
export function testX25519(name: string, x25519: X25519): void {
  const agree = (privateKey: string, publicKey: string): string => {
    const shared = x25519.agree(parseHex(privateKey), parseHex(publicKey))
    return shared === undefined ? zeros : toHex(shared)
  }

  describe(`${name} as X25519`, () => {
    it('gives the results of RFC 7748, section 5.2', () => {
      assert.equal(
        agree(
          'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
          'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
        ),
        'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
      )
      assert.equal(
        agree(
          '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
          'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
        ),
        '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
      )
    })

    it('gives the keys and the secret of RFC 7748, section 6.1', () => {
      const alice = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'
      const bob = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'
      const alicePublic = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'
      const bobPublic = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'
      const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742'
      assert.equal(toHex(x25519.publicKey(parseHex(alice))), alicePublic)
      assert.equal(toHex(x25519.publicKey(parseHex(bob))), bobPublic)
      assert.equal(agree(alice, bobPublic), shared)
      assert.equal(agree(bob, alicePublic), shared)
    })

    it('answers Wycheproof x25519_test, zeros as undefined', () => {
      const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
        testGroups: readonly { readonly tests: readonly Case[] }[]
      }
      let count = 0
      for (const vector of testGroups.flatMap((group) => group.tests)) {
        const shared = x25519.agree(parseHex(vector.private), parseHex(vector.public))
        const expected = vector.shared === zeros ? undefined : parseHex(vector.shared)
        assert.deepEqual(shared, expected, `case ${vector.tcId}`)
        count++
      }
      assert.equal(count, 518)
    })

    it('agrees from both sides', () => {
      const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 })
      fc.assert(
        fc.property(anyKey, anyKey, (alice, bob) => {
          const one = x25519.agree(alice, x25519.publicKey(bob))
          const other = x25519.agree(bob, x25519.publicKey(alice))
          assert.ok(one !== undefined)
          assert.deepEqual(one, other)
        }),
        { numRuns: 10 },
      )
    })

    it('refuses keys of another size', () => {
      const key = new Uint8Array(32).fill(9)
      for (const size of [0, 31, 33]) {
        const wrong = new Uint8Array(size)
        const bad = { reason: 'x25519.badKeySize' }
        assert.throws(() => x25519.publicKey(wrong), bad)
        assert.throws(() => x25519.agree(wrong, key), bad)
        assert.throws(() => x25519.agree(key, wrong), bad)
      }
    })
  })
}
