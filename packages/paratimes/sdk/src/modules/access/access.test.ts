import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { alice, bob } from '../../testing/testKeys.ts'
import {
  DONE,
  resultAt,
  signed,
  TestChain,
  testModules,
  testParatime,
  transferTo,
} from '../../testing/testParatime.ts'
import { access } from './access.ts'

describe('access', () => {
  it('lets only those call a method who may', () => {
    const modules = testModules([access(new Map([['accounts.Transfer', [alice.address]]]))])
    const chain = new TestChain({ ...testParatime, modules })
    const call = transferTo(bob.address, 1n)
    const outcome = chain.execute([signed(alice, call), signed(bob, call)])
    assert.deepEqual(resultAt(outcome, 0), DONE)
    assert.deepEqual(resultAt(outcome, 1), {
      kind: 'fail',
      body: {
        module: 'core',
        code: 10,
        message: 'invalid argument: caller is not authorized to call method',
      },
    })
  })
})
