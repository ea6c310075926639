import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hasPrefix } from '@wadi/base/bytes'
import fc from 'fast-check'
import { isAboveLower, isBelowUpper, prefixRange } from './range.ts'

describe('prefixRange', () => {
  it('holds exactly the keys that begin with the prefix', () => {
    const edgy = fc.uint8Array({ maxLength: 3 }).map((key) => key.map((byte) => 0xfc + (byte & 3)))
    const property = fc.property(edgy, edgy, (prefix, key) => {
      const range = prefixRange(prefix)
      const isInside = isAboveLower(range, key) && isBelowUpper(range, key)
      assert.equal(isInside, hasPrefix(key, prefix))
    })
    fc.assert(property, { numRuns: 2000 })
  })
})
