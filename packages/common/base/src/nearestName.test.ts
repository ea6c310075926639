import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nearestName } from './nearestName.ts'

describe('nearestName', () => {
  const names = ['port', 'seeds', 'discovery', 'gossipsub', 'peer_manager']

  it('finds what was mistyped by a letter, a swap or a capital', () => {
    const cases = { prot: 'port', seed: 'seeds', Discovery: 'discovery', gosipsub: 'gossipsub' }
    for (const [written, meant] of Object.entries(cases)) {
      assert.equal(nearestName(written, names), meant)
    }
    assert.equal(nearestName('peerManager', names), 'peer_manager')
  })

  it('does not guess', () => {
    for (const written of ['', 'x', 'consensus', 'listen_address', 'a'.repeat(101)]) {
      assert.equal(nearestName(written, names), undefined)
    }
    assert.equal(nearestName('a', []), undefined)
  })
})
