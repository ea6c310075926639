import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError, CodedError, UnavailableError } from '@wadi/base/errors'
import { NodeRefusal } from './commands/connection/nodeRefusal.ts'
import { exitCodeOf } from './exitCodes.ts'

describe('the exit code', () => {
  // Scripts go by these numbers: none of them changes.
  it('says what kind of failure it was', () => {
    const unavailable = (reason: string) => exitCodeOf(new UnavailableError(reason, 'why'))
    assert.equal(unavailable('storage.io'), 1)
    assert.equal(exitCodeOf(new BugError('why')), 1)
    assert.equal(exitCodeOf(new CodedError('staking', 2, 'staking.reason', 'why')), 1)
    for (const about of ['usage.a', 'config.a', 'obstacle.a', 'node.setting', 'node.runtimes'])
      assert.equal(unavailable(about), 2, about)
    assert.equal(unavailable('grpc.unavailable'), 3)
    assert.equal(unavailable('grpc.deadlineExceeded'), 3)
    assert.equal(unavailable('grpc.listen'), 1)
    assert.equal(exitCodeOf(new NodeRefusal('staking', 2, 'staking.reason', 'why')), 4)
    assert.equal(unavailable('storage.full'), 5)
  })
})
