import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { printAddress } from '@wadi/primitives/address'
import { alice, bob, charlie, dave, frank, together } from './testing/testKeys.ts'
import {
  DONE,
  resultAt,
  signed,
  signedTogether,
  TestChain,
  transferTo,
} from './testing/testParatime.ts'

describe('a ParaTime', () => {
  it('executes the transfers of each kind of signer', () => {
    const chain = new TestChain()
    const call = transferTo(charlie.address, 5n)
    const inputs = [alice, bob, dave, frank].map((key) => signed(key, call))
    inputs.push(signedTogether(call, [alice.signer, bob.signer]))
    const outcome = chain.execute(inputs)
    assert.deepEqual(
      inputs.map((_, i) => resultAt(outcome, i)),
      inputs.map(() => DONE),
    )
    assert.equal(chain.balanceOf(charlie.address), 25n)
    assert.equal(printAddress(together.address), 'oasis1qpcprk8jxpsjxw9fadxvzrv9ln7td69yus8rmtux')
  })
})
