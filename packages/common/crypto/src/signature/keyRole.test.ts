import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KEY_ROLES, parseKeyRole } from './keyRole.ts'

describe('key roles', () => {
  it('have the numbers of the reference', () => {
    assert.deepEqual(KEY_ROLES, { entity: 1, node: 2, p2p: 3, consensus: 4, vrf: 5 })
  })

  it('are known by name', () => {
    for (const name of Object.keys(KEY_ROLES)) assert.equal(parseKeyRole(name), name)
    for (const name of ['', 'validator', 'toString']) {
      assert.throws(() => parseKeyRole(name), { reason: 'signature.invalidRole' })
    }
  })
})
