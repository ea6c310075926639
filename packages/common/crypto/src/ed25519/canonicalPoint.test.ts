import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes } from '@wadi/base/bytes'
import fc from 'fast-check'
import { isCanonicalPoint } from './canonicalPoint.ts'
import { P } from './curve.ts'
import { decode, encode, toBytes } from './reference.ts'

const TOP = 1n << 255n

function isReencoded(bytes: Uint8Array): boolean | undefined {
  const point = decode(bytes)
  return point === undefined ? undefined : equalBytes(encode(point), bytes)
}

describe('the canonical encoding of a point', () => {
  it('is what encoding the decoded point gives', () => {
    const near = [0n, 1n, 2n, 3n, 4n].flatMap((n) => [n, P - n, P + n])
    for (const y of [...near, ...Array.from({ length: 19 }, (_, i) => P + BigInt(i))]) {
      for (const bytes of [toBytes(y), toBytes(y | TOP)]) {
        const expected = isReencoded(bytes)
        if (expected !== undefined) assert.equal(isCanonicalPoint(bytes), expected)
      }
    }
    const word = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(word, (bytes) => {
        const expected = isReencoded(bytes)
        if (expected !== undefined) assert.equal(isCanonicalPoint(bytes), expected)
      }),
    )
  })

  it('has no sign where x is zero, and a y below p', () => {
    const refused = [1n | TOP, (P - 1n) | TOP, P, P | TOP, P + 1n, TOP - 1n, 2n * TOP - 1n]
    for (const n of refused) assert.equal(isCanonicalPoint(toBytes(n)), false)
    for (const n of [1n, P - 1n, 0n, TOP]) assert.equal(isCanonicalPoint(toBytes(n)), true)
  })
})
