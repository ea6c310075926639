import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ask, testView } from '../testing/testView.ts'
import { setEphemeralSecret, setMasterSecret } from './state.ts'
import {
  ephemeralSecret,
  keyManagerContext,
  masterSecret,
  RUNTIME,
} from './testing/testEnclaves.ts'

const query = { height: 0n, id: RUNTIME.id }

describe('the key manager, asked', () => {
  it('answers to its new name as to its old one', () => {
    const { state } = keyManagerContext({ status: { isSecure: true } })
    setMasterSecret(state, masterSecret())
    setEphemeralSecret(state, ephemeralSecret())
    const view = testView(state)
    for (const name of ['KeyManager', 'KeyManager.Secrets']) {
      const status = ask(view, `${name}/GetStatus`, query)
      assert.equal((status as { isSecure: boolean }).isSecure, true)
      assert.deepEqual(ask(view, `${name}/GetStatuses`, 0n), [status])
      assert.deepEqual(ask(view, `${name}/GetMasterSecret`, query), masterSecret())
      assert.deepEqual(ask(view, `${name}/GetEphemeralSecret`, query), ephemeralSecret())
    }
  })

  it('refuses what is not there', () => {
    const view = testView(keyManagerContext().state)
    const refusals = [
      ['GetStatus', 2, 'status'],
      ['GetMasterSecret', 3, 'master secret'],
      ['GetEphemeralSecret', 4, 'ephemeral secret'],
    ] as const
    for (const [name, code, what] of refusals)
      assert.throws(() => ask(view, `KeyManager.Secrets/${name}`, query), {
        module: 'keymanager',
        code,
        message: `keymanager: no such ${what}`,
      })
    assert.deepEqual(ask(view, 'KeyManager.Secrets/GetStatuses', 0n), [])
  })
})
