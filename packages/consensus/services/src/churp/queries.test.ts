import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RUNTIME } from '../keymanager/testing/testEnclaves.ts'
import { allStatusesOf, knownStatusOf } from './queries.ts'
import { churpContext, SCHEME, schemeStatus } from './testing/testSchemes.ts'

describe("CHURP's queries", () => {
  it('tell what is there, and refuse what is not with keymanager/churp/1', () => {
    const { state } = churpContext({ scheme: schemeStatus() })
    assert.deepEqual(knownStatusOf(state, RUNTIME.id, SCHEME.id), schemeStatus())
    assert.deepEqual(allStatusesOf(state), [schemeStatus()])
    const unknown = () => knownStatusOf(state, RUNTIME.id, 4)
    assert.throws(unknown, { module: 'keymanager/churp', code: 1 })
  })
})
