import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { encode } from '../ed25519/reference.ts'
import { encodeToEdwards25519, hashToEdwards25519 } from './edwards25519.ts'
import { encodeByReference, hashByReference } from './reference.ts'

interface Suite {
  readonly dst: string
  readonly vectors: readonly {
    readonly msg: string
    readonly P: { readonly x: string; readonly y: string }
  }[]
}

const suites = { RO: hashToEdwards25519, NU: encodeToEdwards25519 } as const

describe('hashing to edwards25519', () => {
  for (const [name, hash] of Object.entries(suites)) {
    it(`reproduces the vectors of RFC 9380, suite _${name}_`, () => {
      const file = `../../vectors/hash-to-curve/edwards25519_XMD_SHA-512_ELL2_${name}_.json`
      const text = readFileSync(new URL(file, import.meta.url), 'utf8')
      const { dst, vectors }: Suite = JSON.parse(text)
      assert.equal(vectors.length, 5)
      for (const { msg, P } of vectors) {
        const expected = encode({ x: BigInt(P.x), y: BigInt(P.y), z: 1n })
        assert.deepEqual(hash(toUtf8(dst), toUtf8(msg)), expected)
      }
    })
  }

  it('hashes as the reference does, under domains of every size', () => {
    const domains = fc.uint8Array({ minLength: 1, maxLength: 300, size: 'max' })
    fc.assert(
      fc.property(domains, fc.uint8Array({ maxLength: 300 }), (domain, message) => {
        const hashed = hashToEdwards25519(domain, message)
        assert.deepEqual(hashed, hashByReference({ domain, message }))
        const encoded = encodeToEdwards25519(domain, message)
        assert.deepEqual(encoded, encodeByReference({ domain, message }))
      }),
      { numRuns: 200 },
    )
  })

  it('makes the key that burns', () => {
    const domain = toUtf8('oasis-core/reserved-address')
    const message = toUtf8('Do Kwon Memorial SafeLunaRoseInu Burn Address')
    assert.equal(
      toHex(hashToEdwards25519(domain, message)),
      '8a4a49afa334bd61da65766d9b2cc8e7c263ba9a446f36e5227f3ec5c0988825',
    )
  })
})
