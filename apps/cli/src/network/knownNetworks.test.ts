import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkToken, networkName } from './knownNetworks.ts'

/** As docs.oasis.io names it. */
const MAINNET = 'bb3d748def55bdfb797a2ac53ee6ee141e54cd2ab2dc2375f4a0703a178e6e55'

describe('a network that everybody knows', () => {
  it('has a name, and the token that it has', () => {
    assert.equal(networkName(MAINNET), 'Oasis Mainnet')
    checkToken(MAINNET, { symbol: 'ROSE', exponent: 9 })
  })

  it('has no other token, whatever a node says', () => {
    for (const token of [
      { symbol: 'ROSE', exponent: 12 },
      { symbol: 'TEST', exponent: 9 },
    ])
      assert.throws(() => checkToken(MAINNET, token), { reason: 'wadi.wrongNetwork' })
  })

  it('is not the only one', () => {
    assert.equal(networkName('00'), undefined)
    checkToken('00', { symbol: 'ANY', exponent: 0 })
  })
})
