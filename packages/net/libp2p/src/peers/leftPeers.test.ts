import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LEFT_PEERS_MAX } from '../limits.ts'
import { key } from '../testing/keys.ts'
import { LeftPeers } from './leftPeers.ts'

describe('peers that left', () => {
  it('are remembered up to a bound, the last ones', () => {
    const left = new LeftPeers()
    for (let i = 0; i < LEFT_PEERS_MAX; i++) assert.equal(left.leave(key(i)), undefined)
    left.return(key(0))
    assert.equal(left.leave(key(2)), undefined)
    assert.equal(left.leave(key(LEFT_PEERS_MAX)), undefined)
    assert.deepEqual(left.leave(key(LEFT_PEERS_MAX + 1)), key(1))
    assert.deepEqual(left.leave(key(LEFT_PEERS_MAX + 2)), key(3))
  })
})
