import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { testNamespace } from '@wadi/primitives/namespace'
import { RUNTIME } from '../keymanager/testing/testEnclaves.ts'
import { ask, testView } from '../testing/testView.ts'
import { churpContext, SCHEME, schemeStatus } from './testing/testSchemes.ts'

const STRANGER = testNamespace(toUtf8('a stranger'))

describe('CHURP, asked', () => {
  const view = testView(churpContext({ scheme: schemeStatus() }).state)
  const all = [schemeStatus()]

  it('tells all schemes, those of a key manager, and one', () => {
    assert.deepEqual(ask(view, 'KeyManager.Churp/AllStatuses', 0n), all)
    const of = (id: typeof STRANGER) => ask(view, 'KeyManager.Churp/Statuses', { height: 0n, id })
    assert.deepEqual(of(RUNTIME.id), all)
    assert.deepEqual(of(STRANGER), [])
    const query = { height: 0n, runtimeId: RUNTIME.id, churpId: SCHEME.id }
    assert.deepEqual(ask(view, 'KeyManager.Churp/Status', query), schemeStatus())
  })

  it('refuses what is not there', () => {
    const query = { height: 0n, runtimeId: RUNTIME.id, churpId: SCHEME.id + 1 }
    assert.throws(() => ask(view, 'KeyManager.Churp/Status', query), {
      module: 'keymanager/churp',
      code: 1,
      message: 'keymanager: churp: no such status',
    })
  })
})
