import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Node } from '@wadi/primitives/node'
import { PARATIMES } from '../networkParatimes.ts'
import { RuntimeRole } from './runtimeRole.ts'

const { id, version } = PARATIMES.keyvalue

/** The place of a runtime in the descriptor, as the registration would see it. */
function place() {
  const told: (readonly unknown[] | undefined)[] = []
  const role = new RuntimeRole(id, {
    ready: (describe) => void told.push(describe(make(Node, {})).runtimes ?? []),
    notReady: () => void told.push(undefined),
  })
  return { told, role }
}

describe('the place of a runtime in the registration', () => {
  it('is filled when the program runs, trees are here and keys can be asked for', () => {
    const { told, role } = place()
    role.update({ runs: true }, [version])
    role.update({ isAvailable: true }, [version])
    assert.deepEqual(told, [])
    role.update({ hasKeys: true }, [version])
    assert.equal(told.length, 1)
    role.update({ hasKeys: true }, [version])
    assert.equal(told.length, 1, 'nothing has changed')
    role.update({ runs: false }, [version])
    assert.equal(told.at(-1), undefined)
  })

  it('has all versions that can be run, and is filled anew when these change', () => {
    const { told, role } = place()
    const next = { ...version, minor: 1 }
    role.update({ runs: true, isAvailable: true, hasKeys: true }, [version, next])
    const versionsOf = (runtimes: readonly unknown[] | undefined) =>
      (runtimes as readonly { readonly version: unknown }[]).map((runtime) => runtime.version)
    assert.deepEqual(versionsOf(told[0]), [version, next])
    role.update({}, [next])
    assert.deepEqual(versionsOf(told[1]), [next])
    role.update({}, [])
    assert.equal(told[2], undefined)
  })
})
