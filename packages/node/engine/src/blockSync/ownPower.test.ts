import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { beginChain, testKey } from '@wadi/tendermint/testing/signedChain'
import { canChainGoOnWithout, canOthersDecide } from './ownPower.ts'

describe('what a chain can do without a validator', () => {
  const cases: readonly {
    readonly powers: readonly bigint[]
    readonly goesOn: boolean
    readonly decides: boolean
  }[] = [
    { powers: [1n], goesOn: false, decides: false },
    { powers: [1n, 1n, 1n], goesOn: false, decides: false },
    // CometBFT rounds a third of four down.
    { powers: [1n, 1n, 1n, 1n], goesOn: false, decides: true },
    { powers: [10n, 10n, 10n, 10n], goesOn: true, decides: true },
    { powers: [2n, 1n, 1n, 1n], goesOn: false, decides: false },
    { powers: [1n, 1n, 1n, 1n, 1n], goesOn: false, decides: true },
    { powers: [1n, 1n, 1n, 1n, 1n, 1n], goesOn: true, decides: true },
  ]
  for (const { powers, goesOn, decides } of cases)
    it(`with powers ${powers.join(', ')}`, () => {
      const { state } = beginChain(powers)
      const { address } = testKey(0)
      assert.equal(canChainGoOnWithout(state, address), goesOn)
      assert.equal(canOthersDecide(state, address), decides)
    })

  it('is everything where it is none', () => {
    const { state } = beginChain([1n])
    for (const address of [undefined, testKey(9).address]) {
      assert.equal(canChainGoOnWithout(state, address), true)
      assert.equal(canOthersDecide(state, address), true)
    }
  })
})
