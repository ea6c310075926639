import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseJson, toJson } from '@wadi/cbor/json'
import { hasRole, isSingleRole, parseRoles, printRoles, ROLES, RolesMask } from './nodeRoles.ts'

describe('roles of a node', () => {
  it('are names in the order of their bits', () => {
    assert.equal(printRoles(0), '')
    assert.equal(printRoles(47), 'compute,observer,key-manager,validator,storage-rpc')
    assert.equal(toJson(RolesMask, ROLES.validator | ROLES.compute), '"compute,validator"')
    assert.equal(parseJson(RolesMask, '"validator,compute"'), 9)
  })

  it('have no name when a reserved bit is set', () => {
    for (const roles of [16, 17, 64, 0xffff_ffff])
      assert.equal(printRoles(roles), '[invalid roles]')
  })

  it('come back from their names', () => {
    for (let roles = 1; roles < 64; roles++) {
      if ((roles & 16) === 0) assert.equal(parseRoles(printRoles(roles)), roles)
    }
  })

  it('are refused when a name is unknown, missing, or there twice', () => {
    for (const text of ['', 'consensus-rpc', 'compute,', '[invalid roles]']) {
      assert.throws(() => parseRoles(text), { reason: 'nodeRoles.invalidRole' }, text)
    }
    assert.throws(() => parseRoles('compute,compute'), { reason: 'nodeRoles.duplicateRole' })
  })

  it('are refused in words that do not grow with the text', () => {
    for (const text of ['a'.repeat(5000), '1.'.repeat(5000), ':'.repeat(5000)]) {
      assert.throws(
        () => parseRoles(text),
        ({ message }: Error) => message.length < 200,
      )
    }
  })

  it('are one role or several', () => {
    assert.deepEqual([1, 2, 4, 8, 32].map(isSingleRole), [true, true, true, true, true])
    assert.deepEqual([0, 3, 16, 64].map(isSingleRole), [false, false, false, false])
    assert.ok(hasRole(9, 'validator') && !hasRole(9, 'observer'))
  })
})
