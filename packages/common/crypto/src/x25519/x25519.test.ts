import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testX25519 } from './compliance/x25519Compliance.ts'
import { agreeOrZeros, x25519 } from './x25519.ts'

testX25519('x25519', x25519)

describe('x25519 with a point of low order', () => {
  const key = new Uint8Array(32).fill(7)
  const zero = new Uint8Array(32)
  const one = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0))

  it('shares nothing', () => {
    assert.equal(x25519.agree(key, zero), undefined)
    assert.equal(x25519.agree(key, one), undefined)
  })

  it('shares zeros with those who ask for them', () => {
    assert.deepEqual(agreeOrZeros(x25519, key, one), zero)
  })
})
