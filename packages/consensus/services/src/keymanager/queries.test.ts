import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  knownEphemeralSecretOf,
  knownMasterSecretOf,
  knownStatusOf,
  statusesOf,
} from './queries.ts'
import { setEphemeralSecret, setMasterSecret } from './state.ts'
import {
  ephemeralSecret,
  keyManagerContext,
  masterSecret,
  RUNTIME,
} from './testing/testEnclaves.ts'

describe("the key manager's queries", () => {
  it('find what is there', () => {
    const { state } = keyManagerContext({ status: { isSecure: true } })
    const [master, ephemeral] = [masterSecret(), ephemeralSecret()]
    setMasterSecret(state, master)
    setEphemeralSecret(state, ephemeral)
    assert.equal(knownStatusOf(state, RUNTIME.id).isSecure, true)
    assert.deepEqual(statusesOf(state), [knownStatusOf(state, RUNTIME.id)])
    assert.deepEqual(knownMasterSecretOf(state, RUNTIME.id), master)
    assert.deepEqual(knownEphemeralSecretOf(state, RUNTIME.id), ephemeral)
  })

  it('tell by their codes what is not', () => {
    const { state } = keyManagerContext()
    const queries = [knownStatusOf, knownMasterSecretOf, knownEphemeralSecretOf]
    for (const [i, query] of queries.entries())
      assert.throws(() => query(state, RUNTIME.id), { module: 'keymanager', code: i + 2 })
  })
})
