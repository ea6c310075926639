import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes } from '@wadi/base/bytes'
import fc from 'fast-check'
import { equalSecrets } from './constantTime.ts'

describe('equalSecrets', () => {
  it('answers as equalBytes does', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        assert.equal(equalSecrets(a, b), equalBytes(a, b))
        assert.equal(equalSecrets(a, a.slice()), true)
      }),
    )
  })

  it('sees a difference in any single bit', () => {
    const secret = Uint8Array.from({ length: 32 }, (_, i) => i)
    for (let bit = 0; bit < 256; bit++) {
      const other = secret.slice()
      other[bit >> 3]! ^= 1 << (bit & 7)
      assert.equal(equalSecrets(secret, other), false)
    }
  })
})
