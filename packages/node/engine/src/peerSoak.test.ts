import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { soakPeers } from './testing/peerSoak.ts'

describe('Bad input from peers: whatever they say on every channel', () => {
  for (const seed of [1n, 2n])
    it(`does no harm to any node, as of seed ${seed}`, () => {
      const { messages, ended } = soakPeers(seed, 60)
      assert.ok(messages > 1_000, `${messages} messages`)
      assert.ok(ended > 50, `${ended} peers`)
    })
})
