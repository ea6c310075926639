import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { P } from '../ed25519/curve.ts'
import { toBytes, toNumber } from '../ed25519/reference.ts'
import { testX25519 } from './compliance/x25519Compliance.ts'
import { createX25519Kernel } from './kernel.ts'
import { referenceX25519 } from './reference.ts'
import { agreeOrZeros, createX25519, type X25519, x25519 } from './x25519.ts'

const kernels = {
  fused: createX25519Kernel('fused'),
  plain: createX25519Kernel('plain'),
}
const implementations: readonly (readonly [string, X25519])[] = [
  ['x25519', x25519],
  ['x25519 with fused products', createX25519(() => kernels.fused)],
  ['x25519 with plain products', createX25519(() => kernels.plain)],
]

for (const [name, implementation] of implementations) testX25519(name, implementation)
testX25519('referenceX25519', referenceX25519)

const TOP_BIT = 1n << 255n
/** u of order 1, 2, 4 and 8, of the curve and of its twist (RFC 7748, section 6.1). */
const LOW_ORDER: readonly bigint[] = [
  0n,
  1n,
  P - 1n,
  toNumber(parseHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')),
  toNumber(parseHex('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157')),
]
/** All numbers of 255 bits that are not below P. */
const NOT_CANONICAL: readonly bigint[] = Array.from({ length: 19 }, (_, i) => P + BigInt(i))

describe('x25519 beside noble', () => {
  const word = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const extremes = fc.constantFrom(0n, 1n, 8n, 9n, TOP_BIT - 1n, TOP_BIT - 8n, TOP_BIT >> 1n)
  const sparse = fc.nat(255).map((bit) => 1n << BigInt(bit))
  const privateKey = fc.oneof(
    { weight: 3, arbitrary: word },
    fc.oneof(extremes, sparse, fc.constant(2n * TOP_BIT - 1n)).map(toBytes),
  )
  const u = fc.oneof(extremes, sparse, fc.constantFrom(...LOW_ORDER, ...NOT_CANONICAL, P - 2n))
  const publicKey = fc.oneof(
    { weight: 2, arbitrary: word },
    fc.tuple(u, fc.boolean()).map(([n, hasTopBit]) => toBytes(hasTopBit ? n | TOP_BIT : n)),
  )

  it('gives the same keys and secrets', () => {
    fc.assert(
      fc.property(privateKey, publicKey, (ours, theirs) => {
        const expected = [referenceX25519.publicKey(ours), referenceX25519.agree(ours, theirs)]
        for (const [name, { publicKey, agree }] of implementations)
          assert.deepEqual([publicKey(ours), agree(ours, theirs)], expected, name)
      }),
      { numRuns: 200 },
    )
  })

  for (const [name, implementation] of implementations) {
    it(`takes u modulo P, and without its top bit: ${name}`, () => {
      const ours = new Uint8Array(32).fill(0x5a)
      for (const n of NOT_CANONICAL) {
        const expected = implementation.agree(ours, toBytes(n - P))
        assert.equal(expected === undefined, n - P < 2n)
        assert.deepEqual(implementation.agree(ours, toBytes(n)), expected)
        assert.deepEqual(implementation.agree(ours, toBytes(n | TOP_BIT)), expected)
      }
    })
  }
})

describe('x25519 with a point of low order', () => {
  const key = new Uint8Array(32).fill(7)
  const zero = new Uint8Array(32)

  it('shares nothing', () => {
    for (const n of LOW_ORDER) {
      assert.equal(x25519.agree(key, toBytes(n)), undefined)
      assert.equal(x25519.agree(key, toBytes(n | TOP_BIT)), undefined)
    }
  })

  it('shares zeros with those who ask for them', () => {
    assert.deepEqual(agreeOrZeros(x25519, key, toBytes(1n)), zero)
  })
})

describe('x25519 as others call it', () => {
  it('comes to the number of RFC 7748, section 5.2, after a thousand turns', () => {
    let [k, u] = [toBytes(9n), toBytes(9n)]
    for (let i = 0; i < 1000; i++) [k, u] = [agreeOrZeros(x25519, k, u), k]
    assert.equal(toHex(k), '684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51')
  })

  it('leaves its arguments alone and keeps no hold of what it gave', () => {
    const [ours, theirs] = [new Uint8Array(32).fill(255), new Uint8Array(32).fill(254)]
    const first = x25519.agree(ours, theirs)
    const kept = first?.slice()
    x25519.agree(theirs, ours)
    assert.deepEqual(first, kept)
    assert.deepEqual([ours, theirs], [new Uint8Array(32).fill(255), new Uint8Array(32).fill(254)])
  })
})
