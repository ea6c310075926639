import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseGenesis, printGenesis } from '@wadi/consensus/genesis/document'
import { checkGenesis } from '@wadi/consensus-services/checkGenesis'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import { needsDebug } from '@wadi/consensus-services/needsDebug'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { createNetworkGenesis, type NetworkOptions } from './networkGenesis.ts'

const signatures = signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS))

describe('a network that somebody made', () => {
  for (const beacon of ['insecure', 'vrf', 'mock'] as const)
    it(`is accepted by nodes in debug mode with the beacon ${beacon}`, () => {
      const { document } = createNetworkGenesis({ validators: 2, beacon })
      assert.equal(needsDebug(document), true)
      checkGenesis(document, { isDebug: true, signatures })
    })

  it('has as many validators as wanted, each with its weight', () => {
    const validators = [{ stake: 1_600n }, { stake: 3_200n }, {}]
    const network = createNetworkGenesis({ validators })
    const found = genesisValidators(network.document, signatures)
    assert.deepEqual(
      found.map(({ power }) => power),
      [62_500_000n, 200n, 100n],
    )
    assert.deepEqual(found[0]?.publicKey, network.validators[2]?.consensus.publicKey)
  })

  it('is the same for the same seed, and another one for another', () => {
    const context = (options: Partial<NetworkOptions>) =>
      createNetworkGenesis({ validators: 1, ...options }).chainContext
    assert.equal(context({ seed: 'a' }), context({ seed: 'a' }))
    assert.notEqual(context({ seed: 'a' }), context({ seed: 'b' }))
  })

  it('survives its file', () => {
    const { document } = createNetworkGenesis({ validators: 4, accounts: 2 })
    assert.deepEqual(parseGenesis(printGenesis(document)), document)
  })

  it('takes changes of the document', () => {
    const { document } = createNetworkGenesis({
      validators: 1,
      change: (made) => ({ ...made, chainId: 'another' }),
    })
    assert.equal(document.chainId, 'another')
  })
})
